//! The shop's manager: changes settings while the shop sells, each change one that somebody makes on an ordinary day. What was agreed
//! on for a sale holds for it to its end, whatever is set anew.

use std::sync::Arc;
use std::time::Duration;

use engine::settings::{OpenPayments, Settings};
use payment::{LateMoney, PaymentTypeCode};

use crate::plan::{BANKS, DISPLAY, register, server, store};
use crate::weather::Trouble;
use crate::world::World;

/// Puts the manager to work.
pub(crate) fn work(world: &Arc<World>) {
    let world = Arc::clone(world);
    tokio::spawn(async move {
        while !world.weather.is_calm() {
            tokio::time::sleep(world.dice.millis(2_000, 12_000)).await;
            if world.strikes(Trouble::NewSettings) && !world.weather.is_calm() {
                let mut settings = world.database.settings().clone();
                let what = change(&world, &mut settings);
                world.tell("manager", format_args!("{what}"));
                world.database.set_up(settings);
            }
        }
    });
}

/// Everything is as it was planned.
pub(crate) fn puts_everything_back(world: &World) {
    world.database.set_up(world.plan.settings.clone());
}

fn change(world: &World, settings: &mut Settings) -> String {
    let (dice, planned) = (&world.dice, &world.plan.settings);
    let name = *dice.pick::<&str>(&BANKS);
    let bank = server(name);
    match dice.below(7) {
        0 => {
            if settings.servers.remove(&bank).is_some() {
                return format!("{bank} is not set up any more");
            }
            settings.servers.insert(bank.clone(), planned.servers[&bank].clone());
            format!("{bank} is set up again")
        }
        1 => {
            let Some(its) = settings.servers.get_mut(&bank) else { return "nothing".to_owned() };
            (its.rate_per_s, its.concurrency) = *dice.pick(&[(4, 1), (20, 4), (100_000, 10_000)]);
            format!("{bank} is called {} times a second at most", its.rate_per_s)
        }
        number => change_of_store(world, settings, number),
    }
}

fn change_of_store(world: &World, settings: &mut Settings, number: u64) -> String {
    let (dice, planned) = (&world.dice, &world.plan.settings.stores[&store()]);
    let its = settings.stores.get_mut(&store()).expect("the only store stays");
    match number {
        2 => {
            let any = PaymentTypeCode::parse("any").expect("a plain word");
            let servers = &mut its.payment_types.get_mut(&any).expect("types stay").servers;
            servers.reverse();
            format!("of any, {} comes first", servers[0])
        }
        3 => {
            let claim_within = Duration::from_secs(40);
            its.late_money = *dice.pick(&[LateMoney::Refund, LateMoney::Offer { claim_within }]);
            format!("late money: {:?}", its.late_money)
        }
        4 => {
            let register = its.registers.get_mut(&register("1")).expect("registers stay");
            register.open_payments = match register.open_payments {
                OpenPayments::One => OpenPayments::Many,
                OpenPayments::Many => OpenPayments::One,
            };
            format!("register 1 opens {:?}", register.open_payments)
        }
        5 => {
            let consoles = &mut its.registers.get_mut(&register("1")).expect("registers stay").consoles;
            if consoles.is_empty() {
                consoles.clone_from(&planned.registers[&register("1")].consoles);
                return "the devices of register 1 are set up again".to_owned();
            }
            consoles.clear();
            world.devices.forget(DISPLAY);
            "the devices of register 1 are not set up any more".to_owned()
        }
        _ => {
            let [from, to] = if dice.chance(500) { ["4", "5"] } else { ["5", "4"] }.map(register);
            let plates = std::mem::take(&mut its.registers.get_mut(&from).expect("registers stay").plates);
            if plates.is_empty() {
                let planned = &planned.registers[&from].plates;
                its.registers.get_mut(&from).expect("registers stay").plates.clone_from(planned);
                return format!("register {from} has its plate again");
            }
            its.registers.get_mut(&to).expect("registers stay").plates = plates;
            format!("register {to} alone has the plate")
        }
    }
}
