//! The files of a node's folder.
//!
//! | file | what |
//! | --- | --- |
//! | `node` | ports and the folder of RabbitMQ's programs, as shell variables |
//! | `control` | the script that starts, stops and disturbs the node |
//! | `url` | the address for clients |
//! | `rabbitmq.conf`, `enabled_plugins` | the node's configuration: loopback only, no plugins, small limits |

use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::ports::Ports;
use crate::failure::{During, Outcome, told};
use crate::place;

const CONTROL: &str = include_str!("control.sh");

/// Writes what is missing and returns the ports, those of an earlier `node` file if there is one.
pub(super) fn write(folder: &Path, programs: &Path) -> Outcome<Ports> {
    for part in ["mnesia", "log"] {
        let path = folder.join(part);
        fs::create_dir_all(&path).during(|| format!("creating {}", path.display()))?;
    }
    let ports = match fs::read_to_string(folder.join("node")) {
        Ok(text) => match read_ports(&text) {
            Some(ports) => ports,
            None => return told(format!("{} does not name three ports", folder.join("node").display())),
        },
        Err(_) => Ports::choose(&reserved(&place::labs()?))?,
    };
    put(folder, "node", &variables(ports, programs)?)?;
    put(folder, "rabbitmq.conf", &configuration(ports))?;
    put(folder, "enabled_plugins", "[].\n")?;
    put(folder, "url", &format!("{}\n", ports.url()))?;
    put(folder, "control", CONTROL)?;
    let control = folder.join("control");
    fs::set_permissions(&control, Permissions::from_mode(0o755))
        .during(|| format!("making {} a program", control.display()))?;
    Ok(ports)
}

/// The ports of all servers in the labs and directly beside them. One that a test has stopped for a while must find its ports
/// free again.
pub(crate) fn reserved(labs: &Path) -> HashSet<u16> {
    let below =
        |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    below(labs)
        .flat_map(|lab| below(&lab).chain([lab]).collect::<Vec<_>>())
        .filter_map(|folder| fs::read_to_string(folder.join("node")).ok())
        .flat_map(|text| numbers(&text))
        .collect()
}

/// All numbers in a file `node`: they are ports.
fn numbers(text: &str) -> Vec<u16> {
    text.lines().filter_map(|line| line.split_once('=')?.1.parse().ok()).collect()
}

pub(crate) fn put(folder: &Path, name: &str, text: &str) -> Outcome {
    let path = folder.join(name);
    fs::write(&path, text).during(|| format!("writing {}", path.display()))
}

/// The file `node`, read by the control script and by [`read_ports`].
fn variables(Ports { amqp, dist, epmd }: Ports, programs: &Path) -> Outcome<String> {
    match programs.to_str() {
        Some(bin) if !bin.contains(['\'', '\n']) => {
            Ok(format!("AMQP={amqp}\nDIST={dist}\nEPMD={epmd}\nBIN='{bin}'\n"))
        }
        _ => told(format!(
            "{}: a path with quotes or line breaks does not go into a shell script",
            programs.display()
        )),
    }
}

fn read_ports(text: &str) -> Option<Ports> {
    let number = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        value.parse().ok()
    };
    Some(Ports { amqp: number("AMQP")?, dist: number("DIST")?, epmd: number("EPMD")? })
}

/// The limits are for a guest on a developer's machine: RabbitMQ blocks publishers above the first and below the second.
fn configuration(ports: Ports) -> String {
    format!(
        "listeners.tcp.default = 127.0.0.1:{}\n\
         log.console = false\n\
         log.file.level = warning\n\
         vm_memory_high_watermark.absolute = 512MB\n\
         disk_free_limit.absolute = 50MB\n",
        ports.amqp
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: Ports = Ports { amqp: 20_001, dist: 20_002, epmd: 20_003 };

    #[test]
    fn ports_written_for_the_script_are_read_back() {
        let text = variables(PORTS, Path::new("/usr/lib/rabbitmq/bin")).unwrap();
        assert_eq!(text, "AMQP=20001\nDIST=20002\nEPMD=20003\nBIN='/usr/lib/rabbitmq/bin'\n");
        assert_eq!(read_ports(&text), Some(PORTS));
    }

    #[test]
    fn a_damaged_file_gives_no_ports() {
        for text in [
            "",
            "AMQP=20001\nDIST=20002\n",
            "AMQP=20001\nDIST=x\nEPMD=20003\n",
            "AMQP=99999\nDIST=1\nEPMD=2\n",
        ] {
            assert_eq!(read_ports(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_ports_of_a_node_that_is_down_are_not_given_to_another() {
        let labs = std::env::temp_dir().join(format!("xtask-labs-{}", std::process::id()));
        let node = labs.join("test-1/rabbitmq");
        fs::create_dir_all(&node).unwrap();
        put(&node, "node", &variables(PORTS, Path::new("/bin")).unwrap()).unwrap();
        fs::create_dir_all(labs.join("test-2/data")).unwrap();
        fs::write(labs.join("test-2/node"), "PORT=20011\nBIN='/bin'\n").unwrap();
        let found = reserved(&labs);
        fs::remove_dir_all(&labs).unwrap();
        assert_eq!(found, HashSet::from([20_001, 20_002, 20_003, 20_011]));
        assert!(reserved(&labs).is_empty());
    }

    #[test]
    fn a_path_that_would_leave_its_quotes_is_refused() {
        assert!(variables(PORTS, Path::new("/opt/o'neill")).is_err());
    }

    #[test]
    fn the_node_listens_on_loopback_only() {
        assert!(configuration(PORTS).starts_with("listeners.tcp.default = 127.0.0.1:20001\n"));
    }
}
