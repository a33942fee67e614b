//! Runs every rule on every kind of store.

/// One test for each rule and store.
macro_rules! rules {
    ($($topic:ident: $($rule:ident,)+;)+) => {
        mod memory {
            $($(
                #[tokio::test]
                async fn $rule() {
                    let subject = <store::MemoryStore as crate::subject::Kind>::empty().await;
                    crate::behaviour::$topic::$rule(subject.store.as_ref()).await;
                }
            )+)+
        }

        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    let subject = <store::SqliteStore as crate::subject::Kind>::empty().await;
                    crate::behaviour::$topic::$rule(subject.store.as_ref()).await;
                }
            )+)+
        }

        mod postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    let subject = <store::PgStore as crate::subject::Kind>::empty().await;
                    crate::behaviour::$topic::$rule(subject.store.as_ref()).await;
                }
            )+)+
        }
    };
}

/// The rules of people, on every kind of store.
macro_rules! people_rules {
    ($($rule:ident,)+) => {
        mod people_in_memory {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::people::$rule(&store::MemoryStore::default()).await;
                }
            )+
        }

        mod people_on_sqlite {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::people::$rule(&crate::settings::Fresh::empty(crate::settings::On::Sqlite).await.db).await;
                }
            )+
        }

        mod people_on_postgres {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::people::$rule(&crate::settings::Fresh::empty(crate::settings::On::Postgres).await.db).await;
                }
            )+
        }
    };
}

people_rules! {
    a_user_is_read_back_as_they_were_added,
    a_login_is_taken_once,
    a_user_is_changed_only_at_the_version_that_was_read,
    a_refused_change_leaves_neither_edits_nor_entries,
    sessions_end_by_time_by_hand_and_with_their_user,
    a_refund_is_agreed_to_once_in_time_and_by_another_person,
    a_payment_has_one_request_at_most,
    a_setup_link_is_good_once_and_until_its_end_and_the_newest_alone_holds,
    tries_are_counted_within_their_window,
    entries_are_chained_and_come_newest_first,
    of_many_changes_at_once_each_has_its_own_place_in_the_chain,
}

/// The rules of the settings, which only databases keep.
macro_rules! settings_rules {
    ($($topic:ident: $($rule:ident,)+;)+) => {
        mod settings_on_sqlite {
            $($(
                #[tokio::test]
                async fn $rule() {
                    crate::$topic::$rule(crate::settings::On::Sqlite).await;
                }
            )+)+
        }

        mod settings_on_postgres {
            $($(
                #[tokio::test]
                async fn $rule() {
                    crate::$topic::$rule(crate::settings::On::Postgres).await;
                }
            )+)+
        }
    };
}

/// Where one instance at a time may write, a new epoch ends every older one at once.
mod alone {
    use store::{MemoryStore, SqliteStore};

    use crate::behaviour::epochs::an_older_epoch_may_not_write_and_has_lapsed as rule;
    use crate::subject::Kind;

    #[tokio::test]
    async fn an_older_epoch_may_not_write_and_has_lapsed_in_memory() {
        rule(MemoryStore::empty().await.store.as_ref()).await;
    }

    #[tokio::test]
    async fn an_older_epoch_may_not_write_and_has_lapsed_on_sqlite() {
        rule(SqliteStore::empty().await.store.as_ref()).await;
    }
}

rules! {
    commits:
        an_accepted_checkout_is_stored_whole,
        a_change_decided_on_an_older_state_is_a_conflict,
        an_update_of_an_unknown_payment_is_a_conflict,
        a_second_insert_of_a_payment_is_a_conflict,
        a_known_operation_makes_the_whole_change_a_duplicate,
        a_duplicate_is_told_before_a_conflict,
        an_operation_is_named_by_store_register_and_operation_together,
        an_operation_alone_can_be_recorded,
        every_kind_of_operation_is_read_back_as_it_was_written,
        money_belongs_to_one_payment,
        money_that_was_only_reported_is_nobodys_until_one_payment_believes_in_it,
        a_cash_link_belongs_to_one_payment_at_a_time,
        a_refused_change_leaves_nothing_behind,
        facts_that_do_not_follow_the_sequence_are_refused,
        an_unsettled_payment_without_a_wake_time_is_refused,
        a_change_of_many_facts_is_stored_whole,
    ;
    epochs:
        epochs_rise,
        the_newest_epoch_may_write,
    ;
    due:
        due_payments_come_most_overdue_first_in_pages,
        a_payment_is_due_at_its_latest_wake_time_only,
        a_settled_payment_is_never_due,
    ;
    registers:
        open_payments_come_oldest_first_and_leave_at_their_end,
        newest_payments_come_newest_first,
        registers_do_not_see_each_others_payments,
        a_register_has_one_open_payment_until_its_end,
        a_register_set_to_many_has_as_many_as_come,
        a_superseding_payment_takes_the_registers_place,
        of_many_pays_at_once_one_gets_the_register,
    ;
    searches:
        payments_are_looked_for_by_all_that_registers_know,
        payments_are_looked_for_by_code_payer_and_status,
        a_search_comes_newest_first_in_pages_and_stays_in_its_store,
        what_is_paid_and_not_fiscalized_is_listed,
    ;
    unclaimed:
        money_without_an_order_is_kept_until_a_payment_believes_in_it,
        unclaimed_money_is_looked_for_by_server_code_and_transaction,
        confirmed_money_stays_confirmed_and_as_it_was,
    ;
    outbox:
        events_wait_until_they_are_delivered,
        a_parked_event_counts_as_delivered_but_stays_in_the_outbox,
        what_is_parked_is_read_by_register,
        a_delivered_event_stays_delivered,
        an_event_for_two_registers_is_delivered_to_each,
        undelivered_events_come_in_pages_by_number,
        marks_of_unknown_events_change_nothing,
        a_register_reads_its_own_events_by_number_delivered_or_not,
        an_event_for_a_register_that_asks_is_delivered_with_its_commit,
    ;
    contention:
        of_many_who_change_one_payment_one_wins_each_sequence,
        of_many_who_record_one_operation_one_wins,
        of_many_who_find_the_same_money_one_wins,
        of_many_who_take_the_same_cash_link_one_wins,
        changes_of_many_payments_do_not_disturb_each_other,
    ;
    inspections:
        a_round_is_walked_by_one_at_a_time_and_goes_on_where_it_was_left,
        a_row_stands_beside_its_journal,
        payments_are_walked_in_the_order_in_which_they_were_made,
    ;
    jobs:
        a_job_is_taken_once_by_one_and_told_as_it_ended,
        a_device_does_one_job_at_a_time_and_no_other_device_waits_for_it,
        what_a_lapsed_lease_did_is_not_confirmed_and_not_done_again,
        a_job_that_nobody_began_is_withdrawn_for_good,
        p8_what_is_on_a_device_is_cleared_once_its_payment_is_over,
        p8_a_code_is_taken_away_also_when_it_died_while_who_began_that_is_gone,
        a_code_that_waits_takes_the_place_of_a_dead_one,
        p8_a_dead_code_is_taken_away_when_the_next_could_not_be_put_in_its_place,
        a_shared_console_shows_one_payment_until_it_is_over,
    ;
    records:
        payments_are_found_by_each_of_their_marks,
        lists_are_paged_newest_first,
        a_record_has_all_facts_and_events,
        all_payments_and_operations_are_walked_in_pages,
    ;
}

settings_rules! {
    settings:
        a_new_database_has_no_settings,
        saved_settings_are_read_back_at_the_next_revision,
        settings_that_somebody_else_changed_meanwhile_are_not_overwritten,
        what_hangs_on_a_removed_thing_goes_with_it,
        a_secret_without_its_key_is_told_by_name_and_cure,
        secrets_change_together_with_settings_or_not_at_all,
        next_secrets_wait_beside_those_that_are_used,
        an_api_key_is_seen_once_and_speaks_for_its_store,
        the_example_makes_sense,
    ;
    audit:
        a_change_of_settings_is_told_with_its_author_and_without_secrets,
        a_key_is_told_as_new_and_never_by_its_hash_not_even_by_entries_of_older_versions,
        an_entry_that_was_changed_or_taken_out_shows,
    ;
    screens:
        a_typed_code_gives_the_console_to_the_device_that_shows_it,
        a_code_that_is_too_old_or_unknown_pairs_nothing,
        a_code_is_not_used_up_by_a_console_that_is_not_there,
        of_several_taps_on_one_payment_the_last_one_counts,
    ;
    settings_file:
        an_export_imported_into_an_empty_database_gives_the_same_settings,
        the_same_file_twice_changes_nothing_the_second_time,
        what_is_set_of_outputs_comes_back_from_an_export_as_it_was,
        what_a_server_is_used_for_comes_back_from_an_export_as_it_was,
        an_import_makes_what_it_names_as_it_says_and_leaves_the_rest,
        a_field_that_a_named_thing_leaves_out_is_gone,
        a_plan_shows_the_changes_and_makes_none,
        a_plan_made_on_older_settings_is_not_carried_out,
        a_secret_that_another_key_sealed_is_refused_with_the_cure,
        a_sealed_secret_does_not_open_under_another_name,
        secrets_are_sealed_anew_after_a_rotation_of_keys,
        settings_that_make_no_sense_are_told_by_key_value_and_cure,
        everything_that_is_wrong_is_told_at_once,
    ;
}
