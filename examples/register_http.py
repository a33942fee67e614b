#!/usr/bin/env python3
"""A register over HTTP, with nothing but Python itself: one sale from the code to the fiscal receipt, then the money back.

    cargo xtask demo                                   # in another terminal; it prints the address and the key
    python3 examples/register_http.py http://127.0.0.1:8080 <key>

Pay the code on the buyer's page that the demo printed. Stop this program at any moment, in any way, and start it again:
what is asked is written to a file *before* it is sent, so the same operation is sent again, and a repeat changes nothing.
"""

import argparse
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ENDS = ("paid", "declined", "expired", "cancelled", "failed", "review")


class Service:
    """The calls of the contract. Whatever is not an answer (no connection, 5xx, 429) is tried again for ever."""

    def __init__(self, options):
        self.options = options

    def call(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.options.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        while True:
            request = urllib.request.Request(self.options.address + path, data, headers, method=method)
            try:
                # Longer than the call may be held.
                with urllib.request.urlopen(request, timeout=40) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    problem = json.load(error)  # RFC 9457, with the contract's code
                    raise SystemExit(f"REJECTED {problem['code']}: {problem.get('detail')}")
            except OSError as error:
                print(f"no connection ({error}), trying again", flush=True)
            time.sleep(1)

    def payment(self, operation):
        """The payment's address by our own operation: it works before the pay has arrived, too."""
        name = f"op:{self.options.store}:{self.options.register}:{operation}"
        return "/api/v1/payments/" + urllib.parse.quote(name)


class Notebook:
    """The register's memory: a file that is replaced as a whole, so that a crash never leaves half of one."""

    def __init__(self, path):
        self.path = path
        self.page = {}
        if os.path.exists(path):
            with open(path) as file:
                self.page = json.load(file)

    def write(self, **entries):
        self.page.update(entries)
        with open(self.path + ".new", "w") as file:
            json.dump(self.page, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)


def follow(service, operation, is_over):
    """Stays with a payment: each call is held until there is more, so nothing is asked in vain."""
    after, shown = 0, None
    while True:
        state = service.call("GET", service.payment(operation) + f"?wait=25s&after={after}")
        for event in state["events"]:
            print(f"<- {event['event']}", flush=True)
        after = state["sequence"]
        code = state.get("qr", {}).get("payload")
        if code and code != shown:
            print(f"CODE {code}", flush=True)
            shown = code
        if is_over(state):
            return state


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="where the service is, such as http://127.0.0.1:8080")
    parser.add_argument("key", help="the store's API key")
    parser.add_argument("--store", default="17")
    parser.add_argument("--register", default="3")
    parser.add_argument("--notebook", default="register.json", help="the file that survives a crash")
    parser.add_argument("--kopecks", type=int, default=19800)
    options = parser.parse_args()
    service, notebook = Service(options), Notebook(options.notebook)

    if "pay" not in notebook.page:
        notebook.write(pay={
            "store": options.store, "register": options.register, "operation": f"pay-{uuid.uuid4().hex}",
            "receipt": "000123", "amount": {"value": options.kopecks, "currency": "RUB"},
        })
    pay = notebook.page["pay"]
    print(f"-> pay {pay['operation']}", flush=True)
    service.call("POST", "/api/v1/payments", pay)
    end = follow(service, pay["operation"], lambda state: state["status"] in ENDS)
    if end["status"] != "paid":
        print(f"NOT PAID: {end.get('reason')}; certain: {end.get('certain')}", flush=True)
        os.remove(options.notebook)
        return 1
    print(f"PAID, bank transaction {end['bank_transaction']}: now the fiscal receipt is printed", flush=True)

    if "refund" not in notebook.page:
        notebook.write(refund={"operation": f"refund-{uuid.uuid4().hex}", "reason": "goods came back"})
    refund = notebook.page["refund"]
    print(f"-> refund {refund['operation']}", flush=True)
    service.call("POST", service.payment(pay["operation"]) + "/refunds", refund)

    def of_ours(state):
        return next(one for one in state["refunds"] if one["operation"] == refund["operation"])

    end = follow(service, pay["operation"], lambda state: of_ours(state)["status"] in ("completed", "failed", "review"))
    print(f"REFUND {of_ours(end)['status']}", flush=True)
    os.remove(options.notebook)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
