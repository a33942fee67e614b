//! Every path of the bank, below `/raiffeisen/api`.

use std::sync::Arc;

use axum::{
    Router,
    routing::{delete, get, post},
};

use super::{
    bank::Raiffeisen, callback, codes, drafts, framework, mock, orders, payment_info, refunds, register,
    transaction,
};

/// The bank's calls. Mind `/payment/` for orders and `/payments/` for what became of them.
pub(crate) fn router(bank: Arc<Raiffeisen>) -> Router {
    let by_order = "/payments/v1/orders/{order}/refunds/{refund}";
    let by_order_v2 = "/payments/v2/orders/{order}/refunds/{refund}";
    Router::new()
        .route("/sbp/v2/qrs", post(register::v2))
        .route("/sbp/v1/qr/register", post(register::v1))
        .route("/sbp/v2/qrs/{qr}", get(codes::info_v2).delete(codes::cancel))
        .route("/sbp/v1/qr/{qr}/info", get(codes::info_v1))
        .route("/sbp/v1/qr/{qr}/image", get(codes::image))
        .route("/sbp/v1/qr/{qr}/payment-info", get(payment_info::read))
        .route("/sbp/v1/qr-drafts/{qr}", post(drafts::bind))
        .route("/payments/v1/orders/{order}/transaction", get(transaction::read))
        .route("/payment/v1/orders", post(orders::create))
        .route("/payment/v1/orders/{order}", get(orders::read))
        .route("/payment/v1/orders/{order}", delete(orders::cancel))
        .route("/sbp/v1/refund", post(refunds::create))
        .route("/sbp/v1/refund/{refund}", get(refunds::read))
        .route(by_order, get(refunds::read_by_order).post(refunds::create_by_order))
        .route(by_order_v2, get(refunds::read_by_order_v2).post(refunds::create_by_order_v2))
        .route("/payments/v2/banks", get(refunds::banks))
        .route("/settings/v1/callback", post(callback::set))
        .route("/nspc-mock/v01/rfuture/payment/init", post(mock::pay))
        .route("/external-mock/v01/rfuture/payment/init", post(mock::pay))
        .route("/external-mock/v01/rfuture/qrs/{qr}", get(mock::look))
        .fallback(framework::not_found)
        .method_not_allowed_fallback(framework::wrong_method)
        .with_state(bank)
}
