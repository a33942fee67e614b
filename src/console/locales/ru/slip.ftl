### Бумага: код для оплаты, оплата, возврат, итоги смены; и две строки текстового дисплея.

slip-until = Оплатите до { $time }, { $date }
slip-date = { $day }.{ $month }.{ $year }
slip-note = Это не кассовый чек. Его выдаст касса после оплаты.
slip-receipt = Чек
slip-register = Касса
slip-shift = Смена
slip-at = Когда
slip-bank-transaction = Операция банка
slip-payment = Платёж
slip-refunded = Возврат выполнен
slip-of-payment = Из оплаты
slip-refunded-note = Деньги вернутся туда, откуда была оплата. Срок зависит от банка.
slip-paid-note = Это не кассовый чек.
slip-totals = Итоги смены
slip-totals-paid = Оплачено
slip-totals-refunded = Возвращено
slip-totals-late = Поздние оплаты
slip-totals-review = На разборе
slip-totals-open = Не завершено
slip-totals-left = Осталось
slip-printed-at = Напечатано
line-scan = Отсканируйте код
poster-amount-comes = Сумма появится сама
poster-amount-typed = Введите сумму с экрана кассы
