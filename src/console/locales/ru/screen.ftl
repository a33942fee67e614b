### Экран покупателя. Этот каталог — образец для остальных: у каждого языка те же ключи.

## Числа и деньги

decimal-mark = ,
group-mark = {"\u00A0"}
# Сколько цифр в группах левее последних трёх.
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

## Ожидание

idle-title = Оплата по QR‑коду
idle-text = Код для оплаты появится на этом экране
preparing-title = Готовим код
preparing-text = Это займёт несколько секунд

## Код

code-title = Отсканируйте код камерой телефона
code-text = Код действует ограниченное время
pay-label = К оплате
symbol-label = QR‑код для оплаты
step-open = Откройте приложение банка
step-scan = Наведите камеру на код
step-confirm = Подтвердите оплату
time-left = Код действует ещё
cancel-button = Отменить оплату
try_declined-title = Банк отклонил оплату.
try_declined-text = Код ещё действует: попробуйте снова или выберите другой счёт.

## Пока неизвестно

checking-title = Проверяем оплату
checking-text = Если вы уже заплатили, второй раз платить не нужно. Подождите немного.
processing-title = Платёж выполняется
processing-text = Подтвердите оплату в приложении банка и дождитесь ответа

## Итог

paid-title = Оплачено
paid-text = Спасибо за покупку!
declined-title = Оплата отклонена
declined-text = Банк не провёл платёж. Выберите другой способ оплаты.
expired-title = Время вышло
expired-text = Этот код больше не действует. Начните оплату заново.
cancelled-title = Оплата отменена
cancelled-text = Этот код больше не действует
failed-title = Оплата не прошла
failed-text = Попробуйте ещё раз или выберите другой способ оплаты
failed-text-bank_unavailable = Банк не отвечает. Попробуйте ещё раз или выберите другой способ оплаты.
failed-text-amount_out_of_range = Эту сумму нельзя оплатить по QR‑коду. Выберите другой способ оплаты.
review-title = Нужна помощь сотрудника
review-text = Не платите ещё раз. Позовите сотрудника магазина.
uncertain-note = Не сканируйте прежний код. Если деньги спишутся, магазин их вернёт или зачтёт.
test-banner = ТЕСТ, НЕ ОПЛАЧЕНО

## Неполадки

unavailable-title = Оплата по QR‑коду недоступна
unavailable-text = Выберите другой способ оплаты или позовите сотрудника магазина
offline-title = Нет связи
offline-text = Экран восстановит её сам. Если вы уже заплатили, второй раз платить не нужно.
reconnecting = Восстанавливаем связь…
languages-label = Язык
rate-label = Как вам покупка?
rate-thanks = Спасибо за оценку!
rate-1 = Плохо
rate-2 = Так себе
rate-3 = Хорошо
