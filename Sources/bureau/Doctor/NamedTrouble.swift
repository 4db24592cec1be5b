import BureauDomain
import BureauVendors

/// Something an agent's file names that its work tool does not have.
struct NamedTrouble: Sendable, Hashable {
    /// Where in the file: "board.errors.place".
    let path: String
    let what: String
    let fix: String
    /// What was probably meant.
    var near: String?
    var isWarning = false

    func finding(_ name: String, _ config: AgentConfig) -> Finding {
        let detail = "\(config.name): \(what)"
        let advice = near.map { "did you mean \"\($0)\"? \(fix)" } ?? fix
        return isWarning ? .warn(name, detail, fix: advice) : .fail(name, detail, fix: advice)
    }
}

extension AgentConfig {
    /// Every place the file gives a task in the course of a run: statuses of ClickUp, sections of Asana.
    var boardPlaces: [(path: String, place: String)] {
        let states = board.states.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { state, look in
            look.place.map { (path: "board.states.\(state.rawValue).place", place: $0) }
        }
        let reviewed = [
            ("review.revising_status", review?.revisingPlace), ("review.accepted_status", review?.acceptedPlace),
        ].compactMap { path, place in place.map { (path: path, place: $0) } }
        return states + reviewed
    }

    /// Who keeps the tasks about errors.
    var errorsTool: WorkToolKind? {
        board.errors.map { $0.tool ?? (triggers.asana == nil ? .clickUp : .asana) }
    }

    /// Whether ClickUp has the list and status in which tasks about errors are made.
    func errorsTroubles(_ clickUp: ClickUpClient) async -> [NamedTrouble] {
        guard let errors = board.errors, errorsTool == .clickUp else { return [] }
        do throws(VendorError) {
            let list = try await clickUp.list(errors.container)
            guard let place = errors.place, !list.hasStatus(place) else { return [] }
            return [
                NamedTrouble(
                    path: "board.errors.place", what: OnlineCheck.missing(place, list),
                    fix: "add the status to the list, or change board.errors.place",
                    near: NearestKey.nearest(to: place, in: list.statuses))
            ]
        } catch {
            return [
                NamedTrouble(
                    path: "board.errors.container", what: "list \(errors.container): \(error.sentence)",
                    fix: "check board.errors.container, and that the token's user is in the list")
            ]
        }
    }
}
