import Foundation

/// What `agents/<name>.json` says: how one agent is started, limited and delivered. `schemas/agent-1.schema.json`
/// describes the file; a value of this type has passed every check of `load`.
package struct AgentConfig: Hashable, Sendable {
    /// Lower-case letters, digits and hyphens: the name in URLs, commands and rows.
    package let name: String
    package let displayName: String
    package let description: String
    /// Of the config, for people: "1.0.0".
    package let version: String
    package let executor: Executor
    package let payloadSource: PayloadSource
    package let triggers: Triggers
    /// Filled by `KickoffValues`.
    package let kickoffPrompt: Template
    package let limits: Limits
    package let outputs: Outputs
    package let delivery: Delivery
    package let alerts: Alerts
    package let approvals: ApprovalPolicy
    package let budgets: AgentBudgets
    /// Agents that its runs start; nil for none.
    package let fanOut: FanOut?
    /// Name of the credentials it works with, from config/credentials.json; nil takes the environment's own.
    package let credentials: String?
    /// Nil when results count as soon as they are delivered.
    package let review: ReviewPolicy?
    /// Whether the pick-up of a task is confirmed on it; nil takes what is usual for the tool.
    package let confirmsPickup: Bool?
    /// How its runs show where their tasks are kept.
    package let board: BoardPolicy
    /// What its results are in the registry.
    package let artifacts: ArtifactPolicy
    /// Which of the client's capsules it is told; nil for none.
    package let context: ContextPolicy?

    package struct Anthropic: Hashable, Sendable {
        /// Names of environment variables, never the ids themselves.
        package let agentIDVariable: String
        package let environmentIDVariable: String
        /// Pins one version of the agent; nil takes the newest.
        package let agentVersion: Int?
        package let betaHeaders: [String]
        package let outputFetchBetaHeaders: [String]
    }

    package struct PayloadSource: Hashable, Sendable {
        package enum Kind: String, CaseIterable, Hashable, Sendable {
            case clickUpTask = "clickup_task"
            case asanaTask = "asana_task"
            case manual
            case slackCommand = "slack_command"
        }

        package let kind: Kind
        package let requiredFields: [String]
        package let optionalFields: [String]
    }

    package struct Triggers: Hashable, Sendable {
        package struct ClickUp: Hashable, Sendable {
            /// May still be an example's, in angle brackets: then no task starts the agent.
            package let listID: String
            /// Compared without regard to letter case; see `matches(status:)`.
            package let status: String
            /// The user a task is assigned to when the agent shall do it; nil where that does not matter.
            package let assigneeID: String?
            /// The slug of the client all of the list is for, where a task names nobody.
            package let client: String?
            package let skill: TaskSkill?

            /// The list whose tasks start the agent; nil while the file names an example's.
            package var namedList: String? { listID.hasPrefix("<") ? nil : listID }

            /// ClickUp reports statuses in lower case, whatever people typed.
            package func matches(status other: String) -> Bool {
                status.trimmingCharacters(in: .whitespaces).lowercased()
                    == other.trimmingCharacters(in: .whitespaces).lowercased()
            }
        }

        package struct SlackCommand: Hashable, Sendable {
            /// Slack user ids that may start this agent, besides those SLACK_COMMAND_USERS names.
            package let allowedUsers: [String]
            /// The word of the agent's own command: `/sentinel audit CLIENT`.
            package let verb: String
        }

        /// How a task of this tool says which agent it wants; nil where nobody else could be meant.
        package func skill(on tool: WorkToolKind) -> TaskSkill? {
            switch tool {
            case .clickUp: clickUp?.skill
            case .asana: asana?.skill
            }
        }

        /// Nil when the trigger is off.
        package let clickUp: ClickUp?
        package let asana: AsanaTrigger?
        package let manualCLI: Bool
        /// Nil when nobody may start it from Slack.
        package let slackCommand: SlackCommand?
        /// `cron`: runs that start by themselves, those that are switched off included.
        package let schedules: [Schedule]
    }

    package struct Limits: Hashable, Sendable {
        package let sessionDurationMax: Duration
        package var sessionMinutesMax: Int { Int(sessionDurationMax.components.seconds / 60) }
        /// Nil takes the service's own default.
        package let sessionCostMax: MicroUSD?
        package let alertAbove: MicroUSD?
        package let sampleInterval: Duration
        /// How many of its runs may be in work at once; nil for as many as there is room for.
        package var concurrentRunsMax: Int?
        /// -100...100, added to a run's own: within one client the higher goes first.
        package var queuePriority = 0
    }

    package struct Outputs: Hashable, Sendable {
        /// Files the session must leave behind; empty when any will do.
        package let expected: [Template]
        /// How long to wait after the session's end for files to appear.
        package let wait: Duration

        package static let byDefault = Outputs(expected: [], wait: .seconds(60))
    }

    package struct Delivery: Hashable, Sendable {
        package struct Slack: Hashable, Sendable {
            /// "#seo-automation" or an id such as "C0123".
            package let channel: String
            package let postsSummary: Bool
            package let postsLinks: Bool
        }

        package struct ClickUp: Hashable, Sendable {
            package let doneStatus: String?
            package let postsComment: Bool
            package let attachesFiles: Bool
            package let blockedStatus: String
            /// Set as soon as a run begins, so that whoever asked sees it on the task; nil leaves the task alone.
            package let startedStatus: String?
        }

        package struct GoogleDrive: Hashable, Sendable {
            package let folder: FolderTemplate
            /// Without extension; each file keeps its own.
            package let fileName: Template
        }

        package struct Folder: Hashable, Sendable {
            /// Nil takes the service's own delivery folder.
            package let path: FolderTemplate?
        }

        /// Nil when the channel is off.
        package let slack: Slack?
        package let clickUp: ClickUp?
        /// What is written on tasks kept in Asana. Without it `clickUp` counts there too.
        package let asana: ClickUp?
        package let googleDrive: GoogleDrive?
        package let folder: Folder?

        func has(_ channel: ReviewPolicy.Channel) -> Bool {
            switch channel {
            case .slack: slack != nil
            case .googleDrive: googleDrive != nil
            case .folder: folder != nil
            }
        }

        /// What is written on a task of this tool; nil when nothing is.
        package func task(on tool: WorkToolKind) -> ClickUp? {
            switch tool {
            case .clickUp: clickUp
            case .asana: asana ?? clickUp
            }
        }
    }

    package struct Alerts: Hashable, Sendable {
        package let failureChannel: String
        package let tags: [String]
    }
}

package struct AgentConfigResult: Sendable {
    /// Nil when any problem is an error.
    package let config: AgentConfig?
    /// In the order of the file, warnings included.
    package let problems: [ConfigProblem]
    /// The file without comments in its one canonical spelling, for hashing and for keeping the version a run started
    /// with; loading it again gives the same config. Nil when the file is not JSON.
    package let canonical: String?
}
