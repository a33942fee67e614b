### Сатып алуучунун экраны. Үлгү — орусча каталог: бардык тилдерде ачкычтар бирдей.

## Сандар жана акча

decimal-mark = ,
group-mark = {"\u00A0"}
group-size = 3
amount = { $number }{"\u00A0"}{ $currency }
currency-RUB = ₽
currency-KZT = ₸
currency-KGS = сом
currency-BYN = Br
currency-INR = ₹
currency-USD = $
currency-EUR = €
currency-other = { $code }

## Күтүү

idle-title = QR‑код менен төлөө
idle-text = Төлөм коду ушул экранда пайда болот
preparing-title = Код даярдалууда
preparing-text = Бул бир нече секунд алат

## Код

code-title = Кодду телефондун камерасы менен сканерлеңиз
code-text = Коддун жарактуу убактысы чектелүү
pay-label = Төлөм суммасы
symbol-label = Төлөө үчүн QR‑код
step-open = Банктын тиркемесин ачыңыз
step-scan = Камераны кодго багыттаңыз
step-confirm = Төлөмдү ырастаңыз
time-left = Коддун калган убактысы
cancel-button = Төлөмдөн баш тартуу
try_declined-title = Банк төлөмдү четке какты.
try_declined-text = Код дагы эле жарактуу: кайра аракет кылыңыз же башка эсепти тандаңыз.

## Азырынча белгисиз

checking-title = Төлөм текшерилүүдө
checking-text = Эгер төлөп койсоңуз, кайра төлөөнүн кереги жок. Бир аз күтө туруңуз.
processing-title = Төлөм аткарылууда
processing-text = Банктын тиркемесинде төлөмдү ырастап, жообун күтүңүз

## Жыйынтык

paid-title = Төлөндү
paid-text = Сатып алганыңыз үчүн рахмат!
declined-title = Төлөм четке кагылды
declined-text = Банк төлөмдү өткөргөн жок. Башка төлөм ыкмасын тандаңыз.
expired-title = Убакыт бүттү
expired-text = Бул код мындан ары жараксыз. Төлөмдү кайра баштаңыз.
cancelled-title = Төлөм токтотулду
cancelled-text = Бул код мындан ары жараксыз
failed-title = Төлөм өткөн жок
failed-text = Кайра аракет кылыңыз же башка төлөм ыкмасын тандаңыз
failed-text-bank_unavailable = Банк жооп бербей жатат. Кайра аракет кылыңыз же башка төлөм ыкмасын тандаңыз.
failed-text-amount_out_of_range = Бул сумманы QR‑код менен төлөөгө болбойт. Башка төлөм ыкмасын тандаңыз.
review-title = Кызматкердин жардамы керек
review-text = Кайра төлөбөңүз. Дүкөндүн кызматкерин чакырыңыз.
uncertain-note = Мурунку кодду сканерлебеңиз. Акча алынса, дүкөн аны кайтарат же эсепке алат.
test-banner = ТЕСТ, ТӨЛӨНГӨН ЖОК

## Бузулуулар

unavailable-title = QR‑код менен төлөө жеткиликсиз
unavailable-text = Башка төлөм ыкмасын тандаңыз же дүкөндүн кызматкерин чакырыңыз
offline-title = Байланыш жок
offline-text = Экран байланышты өзү калыбына келтирет. Эгер төлөп койсоңуз, кайра төлөөнүн кереги жок.
reconnecting = Байланыш калыбына келүүдө…
languages-label = Тил
rate-label = Соода жактыбы?
rate-thanks = Баалаганыңызга рахмат!
rate-1 = Начар
rate-2 = Орточо
rate-3 = Жакшы
