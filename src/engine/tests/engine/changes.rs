//! Whoever looks at a register is told when something of it has changed.

use engine::doors::Desk;

use crate::kit::World;

#[test]
fn a_change_is_told_of_the_payments_register_and_of_whichever_else_it_concerns() {
    let world = World::new();
    world.live(async |till| {
        let mut changes = Desk::changes(&till.engine);
        let mut told = async || {
            till.breathe().await;
            let mut registers: Vec<String> = Vec::new();
            while let Ok(changed) = changes.try_recv() {
                registers.push(changed.register.to_string());
            }
            registers.sort();
            registers.dedup();
            registers
        };
        till.pay("op-1").await;
        assert_eq!(told().await, ["1"]);
        till.buyer_pays();
        till.until(2).await;
        assert_eq!(told().await, ["1"]);
        till.refund("2", "r-1", "op-1", None).await;
        assert_eq!(told().await, ["1", "2"], "the one that asks for the refund is told as well");
    });
}
