#!/usr/bin/env python3
"""A register over RabbitMQ: one sale from the code to the fiscal receipt, then the money back.

    pip install pika
    cargo xtask demo                                   # in another terminal; it prints the broker's address
    python3 examples/register_pika.py amqp://guest:guest@127.0.0.1:20123/%2f

Pay the code on the buyer's page that the demo printed. Stop this program at any moment, in any way, and start it again:
it goes on where it was, because of three habits that every register needs:

 1. What is asked is written to a file *before* it is sent. After a crash the same operation is sent again, and the
    service answers with where it stands: nothing happens twice.
 2. An event is acknowledged *after* it is written down. What was not acknowledged comes again.
 3. A message id that was seen before is dropped.
"""

import argparse
import json
import os
import time
import uuid

import pika
from pika.exceptions import AMQPError

SILENCE_S = 5  # no answer for so long: the same command again


class Notebook:
    """The register's memory: a file that is replaced as a whole, so that a crash never leaves half of one."""

    def __init__(self, path):
        self.path = path
        self.page = {"seen": []}
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

    def is_new(self, message_id):
        return message_id not in self.page["seen"]

    def note(self, message_id, **entries):
        self.write(seen=self.page["seen"][-999:] + [message_id], **entries)


class Register:
    """A connection with the register's own queue. The service makes the exchanges; the register only its queue."""

    def __init__(self, options):
        self.options = options
        self.queue = f"{options.prefix}.till.{options.store}.{options.register}"
        self.connect()

    def connect(self):
        while True:
            try:
                self.connection = pika.BlockingConnection(pika.URLParameters(self.options.amqp))
                self.channel = self.connection.channel()
                self.channel.confirm_delivery()
                self.channel.basic_qos(prefetch_count=16)
                # Before the first command: an event for a queue that is not bound yet would have to wait.
                self.channel.queue_declare(self.queue, durable=True)
                key = f"v1.{self.options.store}.{self.options.register}.#"
                self.channel.queue_bind(self.queue, f"{self.options.prefix}.event", key)
                return
            except AMQPError as error:
                print(f"no connection ({type(error).__name__}), trying again", flush=True)
                time.sleep(1)

    def send(self, verb, body):
        """Returns when the broker has it for certain. A lost connection: again, with the same operation."""
        while True:
            properties = pika.BasicProperties(
                content_type="application/json",
                delivery_mode=2,  # survives a restart of the broker
                message_id=uuid.uuid4().hex,  # this sending
                correlation_id=body["operation"],  # what it is about
            )
            key = f"v1.{self.options.store}.{self.options.register}.{verb}"
            try:
                exchange = f"{self.options.prefix}.command"
                self.channel.basic_publish(exchange, key, json.dumps(body), properties, mandatory=True)
                print(f"-> {verb} {body['operation']}", flush=True)
                return
            except AMQPError:
                self.connect()

    def events(self):
        """(delivery tag, message id, event) for ever; (None, None, None) after each time of silence."""
        while True:
            try:
                for method, properties, body in self.channel.consume(self.queue, inactivity_timeout=SILENCE_S):
                    if method is None:
                        yield None, None, None
                    else:
                        yield method.delivery_tag, properties.message_id, json.loads(body)
            except AMQPError:
                self.connect()


def ask(register, notebook, verb, body, is_end):
    """Sends a command and stays with it to its end, over restarts of everything."""
    about = {body["operation"], body.get("payment_operation")}
    answered = False
    register.send(verb, body)
    for tag, message_id, event in register.events():
        if tag is None:
            if not answered:
                register.send(verb, body)
            continue
        if notebook.is_new(message_id):
            notebook.note(message_id)
            if event["operation"] in about:
                answered = True
                print(f"<- {event['event']} {event.get('status', '')} {event.get('code', '')}".rstrip(), flush=True)
                if "qr" in event:
                    print(f"CODE {event['qr']['payload']}", flush=True)
                if is_end(event):
                    register.channel.basic_ack(tag)
                    return event
        else:
            print(f"(seen before: {message_id})", flush=True)
        register.channel.basic_ack(tag)


def ends_payment(event):
    """The whole state, or the last event: both carry the status, and the status says whether it is over."""
    if event["event"] == "request.rejected":
        return event["command"] == "pay"
    return event.get("status") in ("paid", "declined", "expired", "cancelled", "failed", "review")


def ends_refund(operation):
    def is_end(event):
        if event["event"] == "payment.state":  # the answer to a repeat
            of_ours = [refund for refund in event.get("refunds", []) if refund["operation"] == operation]
            return any(refund["status"] in ("completed", "failed", "review") for refund in of_ours)
        names = ("refund.completed", "refund.failed", "refund.review", "request.rejected")
        return event["operation"] == operation and event["event"] in names

    return is_end


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("amqp", help="amqp://user:password@host:port/%%2f")
    parser.add_argument("--store", default="17")
    parser.add_argument("--register", default="2")
    parser.add_argument("--prefix", default="checkout")
    parser.add_argument("--notebook", default="register.json", help="the file that survives a crash")
    parser.add_argument("--kopecks", type=int, default=19800)
    options = parser.parse_args()

    notebook = Notebook(options.notebook)
    if "pay" not in notebook.page:
        amount = {"value": options.kopecks, "currency": "RUB"}
        notebook.write(pay={"operation": f"pay-{uuid.uuid4().hex}", "receipt": "000123", "amount": amount})
    register = Register(options)

    pay = notebook.page["pay"]
    if "paid" not in notebook.page:
        end = ask(register, notebook, "pay", pay, ends_payment)
        if end.get("status") != "paid":
            print(f"NOT PAID: {end.get('reason')}; certain: {end.get('certain')}", flush=True)
            os.remove(options.notebook)
            return 1
        notebook.write(paid=end["bank_transaction"])
        print(f"PAID, bank transaction {end['bank_transaction']}: now the fiscal receipt is printed", flush=True)

    if "refund" not in notebook.page:
        notebook.write(refund={"operation": f"refund-{uuid.uuid4().hex}", "payment_operation": pay["operation"]})
    refund = notebook.page["refund"]
    end = ask(register, notebook, "refund", refund, ends_refund(refund["operation"]))
    print(f"REFUND {end['event']}", flush=True)
    os.remove(options.notebook)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
