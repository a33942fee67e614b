### Кагаз: төлөм коду, төлөм, кайтаруу, нөөмөттүн жыйынтыгы; тексттик дисплейдин эки сабы.

slip-until = Төлөө убактысы: { $time } чейин, { $date }
slip-date = { $day }.{ $month }.{ $year }
slip-note = Бул фискалдык чек эмес. Аны төлөмдөн кийин касса берет.
slip-receipt = Чек №
slip-register = Касса №
slip-shift = Нөөмөт
slip-at = Убактысы
slip-bank-transaction = Банк операциясы
slip-payment = Төлөм
slip-refunded = Кайтарылды
slip-of-payment = Төлөмдөн
slip-refunded-note = Акча төлөнгөн эсепке кайтат. Мөөнөтү банктан көз каранды.
slip-paid-note = Бул фискалдык чек эмес.
slip-totals = Нөөмөттүн жыйынтыгы
slip-totals-paid = Төлөндү
slip-totals-refunded = Кайтарылды
slip-totals-late = Кеч түшкөн төлөмдөр
slip-totals-review = Текшерүүдө
slip-totals-open = Бүтпөгөн
slip-totals-left = Калганы
slip-printed-at = Басып чыгарылды
line-scan = Кодду сканерлеңиз
poster-amount-comes = Сумма өзү чыгат
poster-amount-typed = Касса көрсөткөн сумманы териңиз
