import Foundation
import GRDB

/// Brings a database file to the newest schema, one numbered file after another, each in its own transaction.
/// A shipped migration is never edited: the next one changes what it made.
enum Migrator {
    static let migrations: [(number: Int, name: String, sql: [UInt8])] = [
        // The build names a resource after its file, with the first digit turned into an underscore.
        (1, "0001_runs", PackageResources._001_runs_sql),
        (2, "0002_approvals", PackageResources._002_approvals_sql),
        (3, "0003_schedules", PackageResources._003_schedules_sql),
        (4, "0004_sweep", PackageResources._004_sweep_sql),
        (5, "0005_refused_signals", PackageResources._005_refused_signals_sql),
        (6, "0006_queue", PackageResources._006_queue_sql),
        (7, "0007_ledger", PackageResources._007_ledger_sql),
        (8, "0008_family", PackageResources._008_family_sql),
        (9, "0009_receipts", PackageResources._009_receipts_sql),
        (10, "0010_credentials_alerts", PackageResources._010_credentials_alerts_sql),
        (11, "0011_review", PackageResources._011_review_sql),
        (12, "0012_artifacts", PackageResources._012_artifacts_sql),
        (13, "0013_builds", PackageResources._013_builds_sql),
        (14, "0014_people", PackageResources._014_people_sql),
        (15, "0015_asana", PackageResources._015_asana_sql),
        (16, "0016_task_records", PackageResources._016_task_records_sql),
        (17, "0017_client_registry", PackageResources._017_client_registry_sql),
        (18, "0018_endpoints", PackageResources._018_endpoints_sql),
        (19, "0019_run_routes", PackageResources._019_run_routes_sql),
        (20, "0020_superseded_from", PackageResources._020_superseded_from_sql),
        (21, "0021_losses", PackageResources._021_losses_sql),
        (22, "0022_run_indexes", PackageResources._022_run_indexes_sql),
        (23, "0023_report_lists", PackageResources._023_report_lists_sql),
        (24, "0024_last_sent", PackageResources._024_last_sent_sql),
        (25, "0025_build_rounds", PackageResources._025_build_rounds_sql),
        (26, "0026_asana_looks", PackageResources._026_asana_looks_sql),
        (27, "0027_run_again", PackageResources._027_run_again_sql),
        (28, "0028_shortcuts", PackageResources._028_shortcuts_sql),
        (29, "0029_intake", PackageResources._029_intake_sql),
        (30, "0030_own_settings", PackageResources._030_own_settings_sql),
        (31, "0031_waiting", PackageResources._031_waiting_sql),
        (32, "0032_comment_readings", PackageResources._032_comment_readings_sql),
        (33, "0033_lived_losses", PackageResources._033_lived_losses_sql),
        (34, "0034_ended_and_audited", PackageResources._034_ended_and_audited_sql),
        (35, "0035_deliver_only", PackageResources._035_deliver_only_sql),
        (36, "0036_money", PackageResources._036_money_sql),
        (37, "0037_asked_and_series", PackageResources._037_asked_and_series_sql),
        (38, "0038_changed_calls", PackageResources._038_changed_calls_sql),
        (39, "0039_usage_and_stops", PackageResources._039_usage_and_stops_sql),
        (40, "0040_asana_askers", PackageResources._040_asana_askers_sql),
        (41, "0041_alert_posts", PackageResources._041_alert_posts_sql),
        (42, "0042_thread_costs", PackageResources._042_thread_costs_sql),
        (43, "0043_loose_sessions", PackageResources._043_loose_sessions_sql),
        (44, "0044_report_texts", PackageResources._044_report_texts_sql),
        (45, "0045_time_used", PackageResources._045_time_used_sql),
        (46, "0046_sweep_askings", PackageResources._046_sweep_askings_sql),
        (47, "0047_empty_refused", PackageResources._047_empty_refused_sql),
        (48, "0048_lapsed_approvals", PackageResources._048_lapsed_approvals_sql),
        (49, "0049_task_gone", PackageResources._049_task_gone_sql),
        (50, "0050_own_account", PackageResources._050_own_account_sql),
        (51, "0051_settled_approvals", PackageResources._051_settled_approvals_sql),
        (52, "0052_no_lists", PackageResources._052_no_lists_sql),
        (53, "0053_error_steps", PackageResources._053_error_steps_sql),
    ]

    static var newest: Int { migrations.last?.number ?? 0 }

    static func bringUpToDate(_ db: GRDB.Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= newest else { throw StorageError.tooNew(found: found, known: newest) }
        for migration in migrations where migration.number > found {
            try db.inTransaction(.immediate) {
                // Another process may have migrated while we waited for the lock.
                guard try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 < migration.number else { return .rollback }
                try db.execute(sql: String(decoding: migration.sql, as: UTF8.self))
                try db.execute(sql: "PRAGMA user_version = \(migration.number)")
                return .commit
            }
        }
    }
}
