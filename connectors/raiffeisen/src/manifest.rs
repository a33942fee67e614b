//! What people read of the bank before it is configured: its name, what they must get from it, what it must be told.

use connector_sdk::http::{CA_FILE, PROXY};
use connector_sdk::{Manifest, SettingsKey, Told};

use crate::config::key;

pub(crate) static MANIFEST: Manifest = Manifest { id: "raiffeisen", title: TITLE, needs: NEEDS, keys: KEYS };

const TITLE: Told = Told {
    ru: "Райффайзенбанк (СБП)",
    en: "Raiffeisenbank (SBP)",
    kk: "Райффайзенбанк (СБП)",
    ky: "Райффайзенбанк (СБП)",
    hi: "राइफ़ाइज़ेनबैंक (SBP)",
};

/// Sources: the bank's pages for shops and its documents of the interface, see the README.
const NEEDS: &[Told] = &[
    Told {
        ru: "Договор эквайринга по СБП с Райффайзенбанком.",
        en: "A contract with Raiffeisenbank for payments by SBP.",
        kk: "Райффайзенбанкпен СБП бойынша эквайринг шарты.",
        ky: "Райффайзенбанк менен СБП боюнча эквайринг келишими.",
        hi: "Raiffeisenbank से SBP भुगतान का अनुबंध।",
    },
    Told {
        ru: "Из личного кабинета мерчанта: ID в СБП (MA и цифры) и секретный ключ. Ключ создаёт там же тот, кто подписывает договор.",
        en: "From the bank's merchant cabinet: the id in SBP (MA and digits) and the secret key. Whoever signs for the shop makes the key there.",
        kk: "Мерчанттың жеке кабинетінен: СБП-дегі ID (MA және сандар) және құпия кілт. Кілтті сол жерде шартқа қол қоятын адам жасайды.",
        ky: "Мерчанттын жеке кабинетинен: СБПдагы ID (MA жана сандар) жана жашыруун ачкыч. Ачкычты ошол жерде келишимге кол койгон киши жасайт.",
        hi: "बैंक के व्यापारी खाते से: SBP में ID (MA और अंक) और गुप्त कुंजी। कुंजी वहीं वह बनाता है जो अनुबंध पर हस्ताक्षर करता है।",
    },
    Told {
        ru: "Там же: адрес уведомлений — https://адрес этой службы/hooks/код сервера. Без него оплата видна по опросу, на секунду-другую позже.",
        en: "In the same place: the address of notifications, https://this service's address/hooks/server code. Without it a payment is seen by asking, a second or two later.",
        kk: "Сол жерде: хабарлама мекенжайы — https://осы қызметтің мекенжайы/hooks/сервер коды. Онсыз төлем сұрау арқылы, бір-екі секунд кеш көрінеді.",
        ky: "Ошол жерде: билдирүүлөрдүн дареги — https://бул кызматтын дареги/hooks/сервердин коду. Ансыз төлөм суроо менен, бир-эки секунд кеч көрүнөт.",
        hi: "वहीं: सूचनाओं का पता — https://इस सेवा का पता/hooks/सर्वर का कोड। इसके बिना भुगतान पूछने पर, एक-दो सेकंड बाद दिखता है।",
    },
    Told {
        ru: "Для проб: тестовый ключ (банк даёт его по заявке) и адрес https://pay-test.raif.ru.",
        en: "For trying it out: a test key, which the bank gives on request, and the address https://pay-test.raif.ru.",
        kk: "Сынап көру үшін: тест кілті (банк оны өтінім бойынша береді) және https://pay-test.raif.ru мекенжайы.",
        ky: "Сынап көрүү үчүн: тест ачкычы (банк аны арыз боюнча берет) жана https://pay-test.raif.ru дареги.",
        hi: "आज़माने के लिए: परीक्षण कुंजी, जो बैंक अनुरोध पर देता है, और पता https://pay-test.raif.ru।",
    },
];

/// Codes, money and refunds are known to one merchant at one host alone (reference: Raiffeisen §1): those two name the account.
const KEYS: &[SettingsKey] = &[
    SettingsKey {
        required: true,
        names_account: true,
        ..usual(key::SBP_MERCHANT_ID, MERCHANT_ID, MERCHANT_ID_HELP)
    },
    SettingsKey { required: true, secret: true, ..usual(key::SECRET_KEY, SECRET_KEY, SECRET_KEY_HELP) },
    SettingsKey { names_account: true, ..usual(key::BASE_URL, BASE_URL, BASE_URL_HELP) },
    rare(key::ACCOUNT, ACCOUNT, ACCOUNT_HELP),
    rare(key::REDIRECT_URL, REDIRECT_URL, REDIRECT_URL_HELP),
    rare(key::CODE_LIFE_MIN_S, CODE_LIFE_MIN, CODE_LIFE_MIN_HELP),
    rare(key::DEAD_AFTER_S, DEAD_AFTER, DEAD_AFTER_HELP),
    rare(key::ORDER_STATUS, ORDER_STATUS, ORDER_STATUS_HELP),
    rare(key::REFUND_PATH, REFUND_PATH, REFUND_PATH_HELP),
    rare(key::REFUND_KEY_IDEMPOTENT, REFUND_KEY, REFUND_KEY_HELP),
    CA_FILE,
    PROXY,
];

const fn usual(name: &'static str, label: Told, help: Told) -> SettingsKey {
    SettingsKey { name, secret: false, required: false, names_account: false, rare: false, label, help }
}

const fn rare(name: &'static str, label: Told, help: Told) -> SettingsKey {
    SettingsKey { rare: true, ..usual(name, label, help) }
}

const MERCHANT_ID: Told = Told {
    ru: "ID магазина в СБП",
    en: "Merchant id in SBP",
    kk: "Дүкеннің СБП-дегі ID-і",
    ky: "Дүкөндүн СБПдагы ID'си",
    hi: "SBP में व्यापारी ID",
};
const MERCHANT_ID_HELP: Told = Told {
    ru: "Из личного кабинета мерчанта: до 12 латинских букв и цифр, например MA0000000552",
    en: "From the bank's merchant cabinet: at most 12 letters and digits, such as MA0000000552",
    kk: "Мерчанттың жеке кабинетінен: 12-ге дейін латын әріптері мен сандар, мысалы MA0000000552",
    ky: "Мерчанттын жеке кабинетинен: 12ге чейин латын тамгалары жана сандар, мисалы MA0000000552",
    hi: "बैंक के व्यापारी खाते से: 12 तक लैटिन अक्षर और अंक, जैसे MA0000000552",
};

const SECRET_KEY: Told =
    Told {
        ru: "Секретный ключ", en: "Secret key", kk: "Құпия кілт", ky: "Жашыруун ачкыч", hi: "गुप्त कुंजी"
    };
const SECRET_KEY_HELP: Told = Told {
    ru: "Из личного кабинета мерчанта; им же подписаны уведомления",
    en: "Made in the merchant cabinet; it also signs notifications",
    kk: "Мерчанттың жеке кабинетінен; хабарламаларға да сонымен қол қойылады",
    ky: "Мерчанттын жеке кабинетинен; билдирүүлөргө да ошону менен кол коюлат",
    hi: "बैंक के व्यापारी खाते से; सूचनाओं पर भी इसी के हस्ताक्षर होते हैं",
};

const BASE_URL: Told = Told {
    ru: "Адрес интерфейса банка",
    en: "Address of the bank's interface",
    kk: "Банк интерфейсінің мекенжайы",
    ky: "Банктын интерфейсинин дареги",
    hi: "बैंक के इंटरफ़ेस का पता",
};
const BASE_URL_HELP: Told = Told {
    ru: "Пусто — https://pay.raif.ru; тестовый банк — https://pay-test.raif.ru",
    en: "Empty: https://pay.raif.ru; the bank's sandbox is https://pay-test.raif.ru",
    kk: "Бос болса — https://pay.raif.ru; тест банкі — https://pay-test.raif.ru",
    ky: "Бош болсо — https://pay.raif.ru; тест банкы — https://pay-test.raif.ru",
    hi: "खाली हो तो https://pay.raif.ru; परीक्षण बैंक https://pay-test.raif.ru",
};

const ACCOUNT: Told = Told {
    ru: "Счёт зачисления",
    en: "Account for takings",
    kk: "Түсім шоты",
    ky: "Түшкөн акчанын эсеби",
    hi: "बिक्री की राशि का खाता",
};
const ACCOUNT_HELP: Told = Told {
    ru: "20 цифр; нужен, только если выручка делится между счетами",
    en: "20 digits; only to spread takings over several accounts",
    kk: "20 сан; түсім бірнеше шотқа бөлінсе ғана керек",
    ky: "20 сан; акча бир нече эсепке бөлүнсө гана керек",
    hi: "20 अंक; तभी चाहिए जब राशि कई खातों में बँटती हो",
};

const REDIRECT_URL: Told = Told {
    ru: "Адрес возврата покупателя",
    en: "Where buyers return to",
    kk: "Сатып алушы оралатын мекенжай",
    ky: "Сатып алуучу кайтуучу дарек",
    hi: "ग्राहक के लौटने का पता",
};
const REDIRECT_URL_HELP: Told = Told {
    ru: "Куда приложение банка вернёт покупателя после оплаты: адрес до 1024 знаков",
    en: "Where the buyer's bank app returns to after the payment: an address of at most 1024 characters",
    kk: "Төлемнен кейін банк қолданбасы сатып алушыны қайтаратын мекенжай, 1024 таңбаға дейін",
    ky: "Төлөмдөн кийин банктын колдонмосу сатып алуучуну кайтара турган дарек, 1024 белгиге чейин",
    hi: "भुगतान के बाद बैंक का ऐप ग्राहक को जहाँ लौटाए: 1024 अक्षरों तक का पता",
};

const CODE_LIFE_MIN: Told = Told {
    ru: "Наименьшая жизнь кода, секунд",
    en: "Shortest life of a code, seconds",
    kk: "Кодтың ең қысқа өмірі, секунд",
    ky: "Коддун эң кыска өмүрү, секунд",
    hi: "कोड की सबसे छोटी अवधि, सेकंड",
};
const CODE_LIFE_MIN_HELP: Told = Told {
    ru: "От 1 до 7776000; пусто — 60",
    en: "1 to 7776000; empty: 60",
    kk: "1-ден 7776000-ға дейін; бос болса — 60",
    ky: "1ден 7776000ге чейин; бош болсо — 60",
    hi: "1 से 7776000; खाली हो तो 60",
};

const DEAD_AFTER: Told = Told {
    ru: "Ожидание денег после конца кода, секунд",
    en: "Wait for money after a code's end, seconds",
    kk: "Код біткен соң ақша күту, секунд",
    ky: "Код бүткөндөн кийин акча күтүү, секунд",
    hi: "कोड समाप्त होने के बाद पैसे की प्रतीक्षा, सेकंड",
};
const DEAD_AFTER_HELP: Told = Told {
    ru: "Сколько банк ещё может сообщать о деньгах: от 0 до 86400; пусто — 600",
    en: "How long money may still be reported: 0 to 86400; empty: 600",
    kk: "Банк ақша туралы тағы қанша уақыт хабарлауы мүмкін: 0-ден 86400-ге дейін; бос болса — 600",
    ky: "Банк акча жөнүндө дагы канча убакыт билдириши мүмкүн: 0дөн 86400гө чейин; бош болсо — 600",
    hi: "बैंक कितनी देर तक पैसे की सूचना दे सकता है: 0 से 86400; खाली हो तो 600",
};

const ORDER_STATUS: Told = Told {
    ru: "Поиск заказа в банке по номеру",
    en: "Look-up of orders by their number",
    kk: "Банктегі тапсырысты нөмірі бойынша іздеу",
    ky: "Банктагы заказды номери боюнча издөө",
    hi: "नंबर से बैंक में ऑर्डर खोजना",
};
const ORDER_STATUS_HELP: Told = Told {
    ru: "on или пусто — заказ можно найти без номера кода; off — нельзя",
    en: "on or empty: orders can be looked up without the code's id; off: they can't",
    kk: "on немесе бос — тапсырысты код нөмірінсіз табуға болады; off — болмайды",
    ky: "on же бош — заказды коддун номерисиз тапса болот; off — болбойт",
    hi: "on या खाली: ऑर्डर कोड के नंबर के बिना मिल सकता है; off: नहीं",
};

const REFUND_PATH: Told = Told {
    ru: "Способ возврата",
    en: "Way of refunds",
    kk: "Қайтару тәсілі",
    ky: "Кайтаруу жолу",
    hi: "वापसी का तरीक़ा",
};
const REFUND_PATH_HELP: Told = Told {
    ru: "v1 или пусто — по транзакции; v2 — по заказу, с причиной отказа",
    en: "v1 or empty: by transaction; v2: by order, with reasons of a decline",
    kk: "v1 немесе бос — банк операциясы бойынша; v2 — тапсырыс бойынша, бас тарту себебімен",
    ky: "v1 же бош — банк операциясы боюнча; v2 — заказ боюнча, баш тартуунун себеби менен",
    hi: "v1 या खाली: बैंक लेनदेन से; v2: ऑर्डर से, मना करने के कारण के साथ",
};

const REFUND_KEY: Told = Told {
    ru: "Повтор возврата безопасен",
    en: "A refund can be repeated safely",
    kk: "Қайтаруды қайталау қауіпсіз",
    ky: "Кайтарууну кайталоо коопсуз",
    hi: "वापसी दोहराना सुरक्षित है",
};
const REFUND_KEY_HELP: Told = Told {
    ru: "on или пусто — повтор ключа возврата не двигает деньги дважды; off — может",
    en: "on or empty: a repeated refund key never moves money twice; off: it may",
    kk: "on немесе бос — қайтару кілтін қайталау ақшаны екі рет жібермейді; off — жіберуі мүмкін",
    ky: "on же бош — кайтаруу ачкычын кайталоо акчаны эки жолу жылдырбайт; off — жылдырышы мүмкүн",
    hi: "on या खाली: वापसी की कुंजी दोहराने से पैसा दो बार नहीं जाता; off: जा सकता है",
};
