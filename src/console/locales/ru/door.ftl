### Служебные страницы: отказ, выбор экрана, указатель.

denied-title = Этот экран не открыт
denied-text = Откройте адрес экрана вместе с ключом консоли. Ключ выдаёт администратор магазина; после первого входа экран помнит его сам.
denied-example = /screen?store=<магазин>&register=<касса>&console=<консоль>&key=<ключ>
missing-title = Такого экрана нет
missing-text = Проверьте магазин, кассу и консоль в адресе или выберите консоль в настройках магазина.
missing-example = /screen?store=<магазин>&register=<касса>&console=<консоль>&key=<ключ>
screens-title = Экраны покупателей
screens-text = Выберите консоль. Без ключа экраны открываются только в демонстрации.
no-screens-title = Экранов пока нет
no-screens-text = Добавьте кассе консоль покупателя в настройках магазина.
index-title = Универсальный интегратор
index-text = Служба оплаты по QR-коду работает. Вот что можно открыть:
index-screen = Экран покупателя
index-screen-note = код, отсчёт времени и итог оплаты
index-ready = Готовность
index-ready-note = хранилище и брокер, JSON
index-alive = Жив ли процесс
index-alive-note = для наблюдения
index-metrics = Показатели
index-metrics-note = текст для Prometheus
