import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// What tools have sent, and taking it in once more.
struct SignalAPI: Sendable {
    let house: WebHouse
    private static let tag = "system"
    private var replay: SignalReplay { SignalReplay(house: house) }

    var routes: [Route] {
        [
            .operation(
                house, .get, "/signals", .engineer,
                as: .init(
                    name: "listSignals", tag: Self.tag,
                    summary: "Webhooks and commands that came in, with what was made of each, newest first.",
                    answer: .list(.named("Signal")),
                    query: [.optional("agent", .line(1...100)), .optional("verdict", .line(1...40))]
                        + APIOperation.paging)
            ) { call in
                let found = try await house.signals.list(
                    verdict: call.text("verdict"), agent: call.text("agent"), visible: call.visible,
                    before: call.before("signals"), limit: call.limit + 1)
                return .page(found, call, "signals", id: \.id, \.document)
            },
            .operation(
                house, .get, "/signals/:id", .engineer,
                as: .init(
                    name: "getSignal", tag: Self.tag, summary: "One of them, with what was sent where that was kept.",
                    answer: .one(.named("SignalPage")))
            ) { call in
                let signal = try await replay.find(call.web)
                var document = signal.document.object ?? JSONObject()
                document["body"] = .line(try await house.signals.shownBody(signal))
                return .one(.object(document))
            },
            .operation(
                house, .post, "/signals/:id/replay", .engineer,
                as: .init(
                    name: "replaySignal", tag: Self.tag,
                    summary: "Take it in once more, as if it had just arrived. What made a run makes no second one.",
                    answer: .one(.named("SignalReplay")), body: .object([], isOpen: false))
            ) { call in
                let outcome = try await replay.take(call.web)
                return .one([
                    "signal": .string(outcome.signal.id), "verdict": .string(outcome.verdict),
                    "reason": .string(outcome.reason), "run": .line(outcome.runID),
                ])
            },
        ]
    }
}
