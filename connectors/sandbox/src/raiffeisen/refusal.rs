//! The bank's own error codes and Russian texts, one function a situation.

use crate::book::Status;

/// Which HTTP status a refusal has where refusals have one of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// 400
    Bad,
    /// 404
    Missing,
}

/// A logical error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) class: Class,
}

fn bad(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into(), class: Class::Bad }
}

fn missing(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into(), class: Class::Missing }
}

impl Refusal {
    pub(super) fn field_missing() -> Self {
        bad("ERROR.INVALID_REQUEST", "Не передан обязательный параметр")
    }

    pub(super) fn parameters() -> Self {
        bad("ERROR.INVALID_REQUEST", "Некорректные параметры запроса")
    }

    pub(super) fn amount() -> Self {
        bad("ERROR.INVALID_REQUEST", "Передана некорректная сумма платежа")
    }

    pub(super) fn refund_too_small() -> Self {
        bad("ERROR.INVALID_REQUEST", "Сумма возврата не может быть меньше 1 копейки")
    }

    pub(super) fn account() -> Self {
        bad(
            "ERROR.ACCOUNT_IS_NOT_REGISTERED",
            "Указан неверный счет. Проверьте его или удалите. Параметр является необязательным",
        )
    }

    pub(super) fn expiry() -> Self {
        bad("ERROR.QR_EXPIRATION_DATE_NOT_VALID", "Неверная дата истечения QR-кода")
    }

    pub(super) fn merchant_unknown(id: &str) -> Self {
        bad("ERROR.MERCHANT_NOT_REGISTERED", format!("Партнер с ID {id} не зарегистрирован"))
    }

    pub(super) fn merchant_missing() -> Self {
        bad("ERROR.SBP_MERCHANT_ID_IS_MISSING", "SbpMerchantId партнера не указан")
    }

    pub(super) fn order_paid(order: &str, merchant: &str) -> Self {
        bad(
            "ERROR.ORDER_NUMBER_ALREADY_REGISTERED",
            format!(
                "QR-код с номером заказа {order}, партнера {merchant} и успешными платежами уже зарегистрирован"
            ),
        )
    }

    /// The text for orders made by themselves is not known; this one is ours.
    pub(super) fn order_taken(order: &str, merchant: &str) -> Self {
        bad(
            "ERROR.ORDER_NUMBER_ALREADY_REGISTERED",
            format!("Заказ с номером {order}, партнера {merchant} уже зарегистрирован"),
        )
    }

    pub(super) fn dynamic_without_amount() -> Self {
        bad("ERROR.DYNAMIC_QR_WITHOUT_AMOUNT", "Не передана сумма для динамического QR-кода")
    }

    pub(super) fn order_characters() -> Self {
        bad("ERROR.INVALID_ORDER", "В номере заказа поддерживаются A-z09_-.")
    }

    pub(super) fn code_not_found() -> Self {
        missing("ERROR.NOT_FOUND", "QR-код не найден у данного партнера")
    }

    pub(super) fn not_paid() -> Self {
        missing("ERROR.NOT_FOUND", "QR не был оплачен")
    }

    pub(super) fn invoice_not_found() -> Self {
        missing("ERROR.NOT_FOUND", "Счет не найден у данного партнера")
    }

    /// The text is the bank's; the code's exact spelling is not known.
    pub(super) fn draft_not_found(id: &str) -> Self {
        missing("ERROR.NOT_FOUND", format!("QR-draft с qrId: {id} не зарегистрирован"))
    }

    pub(super) fn refund_exceeds() -> Self {
        bad("ERROR.REFUND_INSUFFICIENT_FUNDS", "Сумма возврата больше суммы остатка по платежу")
    }

    pub(super) fn refund_not_found(id: &str) -> Self {
        missing("ERROR.REFUND_NOT_FOUND", format!("Возврат с refundId {id} не найден"))
    }

    pub(super) fn wrong_status(from: Status) -> Self {
        bad("ERROR.WRONG_QR_STATUS", format!("Нельзя сменить статус QR-кода с {} на CANCELLED", from.word()))
    }

    /// What a second activation meets is not known; code and text are ours.
    pub(super) fn link_busy() -> Self {
        bad("ERROR.WRONG_QR_STATUS", "Для QR-кода уже есть активный заказ")
    }

    pub(super) fn order_not_found(id: &str) -> Self {
        missing("ORDER_NOT_FOUND", format!("Заказ с идентификатором {id} не найден у данного партнера"))
    }

    pub(super) fn order_final(id: &str, status: Status) -> Self {
        bad("ORDER_HAS_FINAL_STATUS", format!("Заказ с идентификатором {id} имеет статус {}", status.word()))
    }

    pub(super) fn receipt(reason: &str) -> Self {
        bad("RECEIPT_VALIDATION_FAILED", format!("Чек не прошел валидацию. Причина: {reason}"))
    }
}
