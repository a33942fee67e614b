### Сатып алушының экраны. Үлгі — орысша каталог: барлық тілде кілттер бірдей.

## Сандар мен ақша

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

## Күту

idle-title = QR‑код арқылы төлеу
idle-text = Төлем коды осы экранда пайда болады
preparing-title = Код дайындалуда
preparing-text = Бұл бірнеше секунд алады

## Код

code-title = Кодты телефон камерасымен сканерлеңіз
code-text = Кодтың жарамдылық уақыты шектеулі
pay-label = Төлем сомасы
symbol-label = Төлеуге арналған QR‑код
step-open = Банк қолданбасын ашыңыз
step-scan = Камераны кодқа бағыттаңыз
step-confirm = Төлемді растаңыз
time-left = Кодтың қалған уақыты
cancel-button = Төлемнен бас тарту
try_declined-title = Банк төлемді қабылдамады.
try_declined-text = Код әлі жарамды: қайталап көріңіз немесе басқа шотты таңдаңыз.

## Әзірге белгісіз

checking-title = Төлем тексерілуде
checking-text = Егер төлеп қойсаңыз, қайта төлеудің қажеті жоқ. Сәл күте тұрыңыз.
processing-title = Төлем орындалуда
processing-text = Банк қолданбасында төлемді растап, жауабын күтіңіз

## Нәтиже

paid-title = Төленді
paid-text = Сатып алғаныңызға рақмет!
declined-title = Төлем қабылданбады
declined-text = Банк төлемді өткізбеді. Басқа төлем тәсілін таңдаңыз.
expired-title = Уақыт аяқталды
expired-text = Бұл код енді жарамсыз. Төлемді қайта бастаңыз.
cancelled-title = Төлем тоқтатылды
cancelled-text = Бұл код енді жарамсыз
failed-title = Төлем өтпеді
failed-text = Қайталап көріңіз немесе басқа төлем тәсілін таңдаңыз
failed-text-bank_unavailable = Банк жауап бермейді. Қайталап көріңіз немесе басқа төлем тәсілін таңдаңыз.
failed-text-amount_out_of_range = Бұл соманы QR‑код арқылы төлеуге болмайды. Басқа төлем тәсілін таңдаңыз.
review-title = Қызметкердің көмегі қажет
review-text = Қайта төлемеңіз. Дүкен қызметкерін шақырыңыз.
uncertain-note = Бұрынғы кодты сканерлемеңіз. Ақша алынса, дүкен оны қайтарады немесе есепке алады.
test-banner = ТЕСТ, ТӨЛЕНГЕН ЖОҚ

## Ақаулар

unavailable-title = QR‑код арқылы төлеу қолжетімсіз
unavailable-text = Басқа төлем тәсілін таңдаңыз немесе дүкен қызметкерін шақырыңыз
offline-title = Байланыс жоқ
offline-text = Экран байланысты өзі қалпына келтіреді. Егер төлеп қойсаңыз, қайта төлеудің қажеті жоқ.
reconnecting = Байланыс қалпына келтірілуде…
languages-label = Тіл
rate-label = Сауда ұнады ма?
rate-thanks = Бағалағаныңызға рақмет!
rate-1 = Нашар
rate-2 = Орташа
rate-3 = Жақсы
