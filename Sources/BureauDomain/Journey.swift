/// The journey of one piece of work, stage by stage: read this first.
///
/// ```
/// signal ─▶ verdict ─▶ run ─▶ assessment ─▶ payload ─▶ execution ─▶ files ─▶ artifact ─▶ delivery ─▶ review
/// ```
///
/// Each case names what a stage hands to the next and the file that does it. ARCHITECTURE.md tells it in prose.
package enum JourneyStage: String, CaseIterable, Sendable {
    /// Raw bytes from a vendor, on disk before they are believed. Engine: Intake/WebhookIntake.swift
    case signal
    /// Run, duplicate, ignored, parked or refused, with a reason. Domain: Intake/Verdict.swift
    case verdict
    /// A durable row with a lease; one machine moves it. Domain: Runs/RunMachine.swift
    case run
    /// The task is fetched: still wanted, complete, or what is missing. Engine: Runs/AssessStage.swift
    case assessment
    /// Config, client and task become what the agent is told. Domain: Clients/PayloadAssembly.swift
    case payload
    /// A managed session, opened once and followed to its end. Engine: Runs/OpenStage.swift, FollowStage.swift
    case execution
    /// Every listed output, stored and hashed. Engine: Runs/CollectStage.swift
    case files
    /// One version a run and round, with its evidence, in the registry. Engine: Artifacts/ArtifactRegistration.swift
    case artifact
    /// Steps with marks and receipts, channel by channel. Engine: Delivery/
    case delivery
    /// Where the agent's file asks for it: people accept, ask for a change, or dismiss. Engine: Review/
    case review
}
