import BureauEngine
import Foundation

/// A tiny platform that builds itself: a repository, a scripted builder and the agent that uses them. The same texts
/// stand in fixtures/ for people who want to begin from them; a test holds the two together.
struct DemoPlatform: Sendable {
    let folder: URL
    var repository: String { folder.appendingPathComponent("platform.git").path }
    private var builder: String { folder.appendingPathComponent("builder.sh").path }

    /// Makes the repository and the builder, and returns the agent's file. Throws where git is not installed.
    func make() async throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await SampleRepository.make(
            at: repository,
            files: ["README.md": "# A tiny platform\n", "CHANGELOG.md": "# Changes\n\n", "check.sh": Self.check])
        guard
            FileManager.default.createFile(
                atPath: builder, contents: Data(Self.builder.utf8), attributes: [.posixPermissions: 0o755])
        else { throw SetupError("\(builder) cannot be written", fix: "name another folder: bureau demo --data FOLDER") }
        return Self.agent.replacing("/srv/git/platform.git", with: repository)
            .replacing("/usr/local/lib/bureau/builder.sh", with: builder)
    }

    /// What stands on the main branch, newest first.
    func history() async throws -> [String] { try await SampleRepository.history(at: repository, linesMax: 5) }

    static let agent = #"""
        {
          "agent_name": "platform-build",
          "display_name": "Platform Build",
          "description": "Changes the platform itself; people merge what it makes",
          "version": "1.0.0",
          "executor": {
            "command": {
              "repository": "/srv/git/platform.git",
              "base_branch": "main",
              "builder": ["/usr/local/lib/bureau/builder.sh"],
              "limits": { "minutes": 5, "output_mb": 1, "disk_mb": 200 },
              "checks": [{ "name": "pages-are-whole", "command": ["sh", "check.sh"], "minutes": 1 }],
              "merge": "merge_commit",
              "private_data": false
            }
          },
          "payload_source": {
            "type": "clickup_task",
            "clickup": { "required_fields": ["task_title"], "optional_fields": ["task_text"] }
          },
          "triggers": {
            "clickup_webhook": { "enabled": true, "list_id": "901100000003", "trigger_status": "Ready" },
            "manual_cli": { "enabled": true }
          },
          "kickoff_template": { "prompt": "# {task_title}\n\n{task_text}" },
          "limits": { "max_session_duration_minutes": 10 },
          "delivery": {
            "clickup": {
              "enabled": true, "started_status": "In progress", "update_task_status": "Review", "blocked_status": "Blocked"
            }
          },
          "review": { "enabled": true, "revising_status": "In progress", "accepted_status": "Merged" },
          "alerts": { "on_failure_channel": "#seo-automation-alerts" }
        }

        """#

    static let builder = #"""
        #!/bin/sh
        # The demo's builder: does by rule what a coding agent would do with its head. It is told the task in $TASK_FILE, stands
        # in its own worktree, and commits what it makes.
        set -eu

        title=$(sed -n 's/^# //p' "$TASK_FILE" | head -n 1)
        echo "The task: $title"

        escaped() { sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'; }

        mkdir -p pages
        {
          echo '<!doctype html>'
          printf '<title>%s</title>\n' "$(printf '%s' "$title" | escaped)"
          printf '<h1>%s</h1>\n' "$(printf '%s' "$title" | escaped)"
          # What people asked for since, as they wrote it.
          sed -n 's/^> //p' "$TASK_FILE" | escaped | sed -e 's/^/<p>/' -e 's/$/<\/p>/'
          echo '</html>'
        } > pages/status.html
        echo "Written: pages/status.html"

        echo "- Round $BUREAU_ROUND: $title" >> CHANGELOG.md
        git add pages CHANGELOG.md
        git commit --quiet -m "Round $BUREAU_ROUND: $title"
        echo "Committed on $BUREAU_BRANCH"

        """#

    static let check = #"""
        #!/bin/sh
        # Every page must be whole.
        set -eu
        for page in pages/*.html; do
          tail -n 1 "$page" | grep -q '</html>' || { echo "$page is cut off"; exit 1; }
          echo "$page is whole"
        done

        """#
}
