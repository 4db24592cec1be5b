import Foundation
import RunModel
import Testing

@testable import BureauDomain

/// The machine walked breadth first from a new run: what holds in every value it can ever have.
@Suite("Every run that can come to be") struct RunModelTests {
    private static let model = RunModel.whole

    @Test("The walk reaches every state, and comes to an end")
    func reachable() {
        #expect(Self.model.values.count < RunModel.valuesMax)
        let reached = Set(Self.model.values.map(\.state))
        #expect(Set(RunState.allCases).subtracting(reached) == [])
    }

    @Test("Every event of the machine is tried")
    func allEvents() throws {
        let source = String(
            decoding: try RepositoryFile.bytes("Sources/BureauDomain/Runs/RunMachine.swift"), as: UTF8.self)
        let body =
            source.components(separatedBy: "enum Event").dropFirst().first?
            .components(separatedBy: "package enum Effect").first ?? ""
        let names = body.split(separator: "\n").compactMap { line -> String? in
            let words = line.trimmingCharacters(in: .whitespaces).split(separator: " ")
            return words.first == "case" ? words.dropFirst().first.map { String($0.prefix { $0 != "(" }) } : nil
        }
        #expect(names.count > 10)
        #expect(Set(names) == Set(RunModel.events.map(RunModel.name)))
    }

    @Test("Nothing but a person's word leaves a final state")
    func finalStates() {
        for value in Self.model.values where value.state.isFinal {
            for way in Self.model.ways[value] ?? [] where way.to.state != value.state {
                #expect(["deliverAgain", "retried"].contains(RunModel.name(way.event)), "\(value) \(way.event)")
            }
        }
    }

    @Test("From everywhere an end can be reached without a person's help")
    func alwaysAnEnd() {
        // Backwards from the final values, over what workers, vendors and clocks do.
        let people: Set = [
            "deliverAgain", "retried", "infoChanged", "stopAsked", "revisionAsked", "accepted", "dismissed",
        ]
        var ending = Set(Self.model.values.filter(\.state.isFinal))
        var grew = true
        while grew {
            let more = Self.model.values.filter { value in
                !ending.contains(value)
                    && (Self.model.ways[value] ?? []).contains {
                        !people.contains(RunModel.name($0.event)) && ending.contains($0.to)
                    }
            }
            ending.formUnion(more)
            grew = !more.isEmpty
        }
        #expect(Set(Self.model.values).subtracting(ending) == [])
    }

    @Test("A stop that was asked is never forgotten: the run never runs on and never ends as done")
    func stopsAreKept() {
        for value in Self.model.values where value.stopCause != nil {
            #expect(![.running, .waitingApproval, .done, .doneWithProblems].contains(value.state), "\(value)")
            for way in Self.model.ways[value] ?? []
            where !["retried", "deliverAgain"].contains(RunModel.name(way.event)) {
                #expect(way.to.stopCause == value.stopCause, "\(value) \(way.event)")
            }
        }
    }

    @Test("Losses are counted up to their bound and no further")
    func losses() {
        #expect(Self.model.values.map(\.losses).max() == RunMachine().lossesMax + 1)
        for value in Self.model.values where value.losses > value.lossesMax { #expect(value.state == .failed) }
    }

    @Test("Whoever is failed, stopped, ignored or waits for information has a cause, and whatever spends has a session")
    func whole() {
        for value in Self.model.values {
            if [.failed, .stopped, .ignored, .needsInfo].contains(value.state) {
                #expect(value.cause != nil, "\(value)")
            }
            if [.running, .waitingApproval, .collecting, .delivering].contains(value.state) {
                #expect(value.session != nil, "\(value)")
            }
        }
    }

    @Test("No end but a good one, and no question, comes without somebody being told")
    func nothingIsSilent() {
        for value in Self.model.values {
            for way in Self.model.ways[value] ?? [] where way.to.state != value.state {
                guard [.failed, .stopped, .doneWithProblems, .needsInfo].contains(way.to.state) else { continue }
                // A run that was stopped and delivered all the same was told of when it was stopped.
                if value.stopCause != nil, value.state == .delivering { continue }
                #expect(!way.effects.isEmpty, "\(value.state) \(way.event) is silent")
            }
        }
    }

    @Test(
        "What fails while its session is opened or stopped leaves it behind to be looked after, and nothing else does")
    func leftBehind() {
        for value in Self.model.values where !value.state.isFinal {
            for way in Self.model.ways[value] ?? [] where way.to.state.isFinal {
                let isLeft = way.effects.contains { if case .sessionLeft = $0 { true } else { false } }
                let isUnseen =
                    [.starting, .stopping].contains(value.state) && RunModel.name(way.event) != "sessionHalted"
                #expect(isLeft == isUnseen, "\(value.state) \(way.event)")
            }
        }
    }

    @Test("Every step between two states is in the table of docs/run-states.md, and the table has no other")
    func drawn() throws {
        let text = String(decoding: try RepositoryFile.bytes("docs/run-states.md"), as: UTF8.self)
        let section = text.components(separatedBy: "## Every step\n").last ?? ""
        let drawn = Set(section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init))
        let moves = Self.model.steps.filter { $0.from != $0.to }
        let expected = Set(
            Dictionary(grouping: moves) { [$0.from.rawValue, $0.event] }.map { key, steps in
                let ends = steps.map { "`\($0.to.rawValue)`" }.sorted().joined(separator: ", ")
                return "| `\(key[0])` | \(key[1]) | \(ends) |"
            })
        #expect(expected.subtracting(drawn).sorted() == [], "missing in the table")
        #expect(drawn.subtracting(expected).sorted() == [], "in the table, but the machine has no such step")
    }

    static let trails: [([String], Bool)] = [
        (["queued", "starting", "running", "collecting", "delivering", "done"], true),
        (["queued", "starting", "starting", "running", "waiting_approval", "approval", "running", "stopping"], true),
        (["starting", "running", "collecting", "delivering", "done_with_problems", "delivering", "done"], true),
        (["queued", "running"], false), (["queued", "starting", "running", "done"], false),
        (["queued", "starting", "running", "collecting", "delivering", "done", "done"], false),
        (["starting", "running", "collecting", "delivering", "in_review", "revising", "running"], true),
        (["starting", "running", "collecting", "delivering", "in_review", "delivering", "done"], true),
        (["starting", "running", "collecting", "delivering", "in_review", "done"], false),
        (["starting", "running", "collecting", "delivering", "revising"], false),
        (["queued", "ignored", "starting"], false),
        (["queued", "starting", "running", "stopping", "collecting", "done"], false),
    ]
    @Test("A run's own history is believed only when the machine could have written it", arguments: trails)
    func believed(states: [String], isPossible: Bool) {
        #expect(Self.model.complaints(about: .init(run: "x", states: states)).isEmpty == isPossible)
    }
}
