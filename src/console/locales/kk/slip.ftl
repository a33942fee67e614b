### Қағаз: төлем коды, төлем, қайтару, ауысым қорытындысы; мәтіндік дисплейдің екі жолы.

slip-until = Төлеу уақыты: { $time } дейін, { $date }
slip-date = { $day }.{ $month }.{ $year }
slip-note = Бұл фискалдық чек емес. Оны төлемнен кейін касса береді.
slip-receipt = Чек №
slip-register = Касса №
slip-shift = Ауысым
slip-at = Уақыты
slip-bank-transaction = Банк операциясы
slip-payment = Төлем
slip-refunded = Қайтарылды
slip-of-payment = Төлемнен
slip-refunded-note = Ақша төлем жасалған шотқа қайтады. Мерзімі банкке байланысты.
slip-paid-note = Бұл фискалдық чек емес.
slip-totals = Ауысым қорытындысы
slip-totals-paid = Төленді
slip-totals-refunded = Қайтарылды
slip-totals-late = Кеш түскен төлемдер
slip-totals-review = Тексеруде
slip-totals-open = Аяқталмаған
slip-totals-left = Қалғаны
slip-printed-at = Басып шығарылды
line-scan = Кодты сканерлеңіз
poster-amount-comes = Сома өздігінен шығады
poster-amount-typed = Касса көрсеткен соманы теріңіз
