//! The registers of `examples/` do what they say, over a crash in the middle.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::lab::{Demo, within};

/// The interpreter with the packages of the examples: `cargo xtask test` makes it.
pub(crate) fn python() -> PathBuf {
    let given = std::env::var_os("INTEGRATOR_TEST_PYTHON");
    given.expect("INTEGRATOR_TEST_PYTHON is not set: run the tests with `cargo xtask test`").into()
}

struct Example {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Example {
    fn start(name: &str, folder: &Path, arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        let mut command = Command::new(python());
        command.arg(script).args(arguments).current_dir(folder).env_remove("http_proxy").env("NO_PROXY", "*");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut child = command.spawn().expect("the interpreter can be started");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Self { child, lines }
    }

    /// The rest of the next line that begins like this.
    async fn until(&mut self, start: &str) -> String {
        let reading = async {
            loop {
                let line = self.lines.next_line().await.expect("it prints text");
                let line = line.unwrap_or_else(|| panic!("it ended before {start:?}"));
                if let Some(rest) = line.strip_prefix(start) {
                    return rest.trim().to_owned();
                }
            }
        };
        within(&format!("the example says {start:?}"), reading).await
    }

    async fn kill(mut self) {
        self.child.kill().await.expect("it runs");
    }

    async fn end(mut self) -> bool {
        within("the example ends", self.child.wait()).await.expect("it is our child").success()
    }
}

/// Pays after the example was killed and started again, so that all that follows is what the second run makes of it.
async fn plays_over_a_crash(demo: &Demo, name: &str, arguments: &[&str]) {
    let first = async || {
        let mut example = Example::start(name, demo.folder.path(), arguments);
        let asked = example.until("-> pay").await;
        let code = example.until("CODE").await;
        (example, asked, code)
    };
    let (example, asked, code) = first().await;
    example.kill().await;
    let (mut example, again, same) = first().await;
    assert_eq!((&again, &same), (&asked, &code), "the same operation, so the same code");
    demo.bank.pay(&code).await;
    example.until("PAID").await;
    let refund = example.until("REFUND").await;
    assert!(refund.ends_with("completed"), "{refund}");
    assert!(example.end().await);
    let ledger = demo.bank.ledger().await;
    assert_eq!((ledger.payments.len(), ledger.refunds.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_with_pika_plays_its_sale_over_a_crash() {
    let demo = Demo::start().await;
    plays_over_a_crash(&demo, "register_pika.py", &[demo.text("amqp"), "--prefix", &demo.prefix]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_with_http_plays_its_sale_over_a_crash() {
    let demo = Demo::start().await;
    plays_over_a_crash(&demo, "register_http.py", &[demo.text("http"), demo.text("api_key")]).await;
}
