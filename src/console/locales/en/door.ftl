### Pages of the door: a refusal, the choice of a screen, the index.

denied-title = This screen is not open
denied-text = This screen is not paired with a register yet. Open /pair on this device: it shows a one-time code for the store’s admin.
missing-title = There is no such screen
missing-text = Check store, register and console in the address, or look the console up in the store’s settings.
missing-example = /screen?store=<store>&register=<register>&console=<console>
screens-title = Buyers’ screens
screens-text = Choose a console. Only a demonstration opens screens without a key.
no-screens-title = No screens yet
no-screens-text = Add a console to a register in the store’s settings.
index-title = Universal Integrator
index-text = The QR payment service is running. What can be opened here:
index-screen = Buyer’s screen
index-screen-note = code, countdown and outcome
index-ready = Readiness
index-ready-note = storage and broker, JSON
index-alive = Is the process alive
index-alive-note = for monitoring
index-metrics = Metrics
index-metrics-note = text for Prometheus
pair-title = Connect this screen
pair-text = Tell this code to the store’s administrator. As soon as it is typed, the screen opens by itself.
pair-left = The code is valid for
pair-how = The administrator’s command:
pair-scan = Or the administrator scans this code with a phone and chooses the console.
pair-busy-title = Too many screens at once
pair-busy-text = Wait a minute and open the page again.
index-pair = Connect a screen
index-pair-note = a one-time code for a new device
