import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

/// How a run ended: files, deliveries, cost. For people, and as JSON.
struct FinalReport: Sendable {
    let composition: Composition
    let id: String

    func print() async throws {
        let run = try await composition.desk.find(id)
        let view = RunView(run)
        let end = "\(run.state.word)  \(view.duration(now: composition.doors.now()))  \(view.cost)"
        Terminal.say("\(end)\(run.cause.map { "\n           \($0.sentence)" } ?? "")")
        let files = try await composition.desk.files(id)
        for file in files {
            let place =
                file.blobKey.flatMap { try? composition.parts.blobs.url(for: $0).path }
                ?? "not stored: \(file.error ?? "")"
            Terminal.say("File       \(file.safeName) (\(Words.bytes(file.sizeBytes)))  \(place)")
        }
        let channels = try await channels()
        if !channels.isEmpty {
            Terminal.say(
                "Delivered  " + channels.map { "\($0.name) \($0.isWell ? "ok" : "FAILED")" }.joined(separator: ", "))
        }
        for step in try await composition.desk.steps(id) {
            if let receipt = try? JSONText.decode(Receipt.self, step.receipt ?? ""), let link = receipt.link {
                Terminal.say("           \(step.kind) \(link)")
            }
        }
    }

    func json() async throws -> String {
        var fields = RunView(try await composition.desk.find(id)).fields
        let files = try await composition.desk.files(id).map { file -> BureauDomain.JSONValue in
            .object(
                JSONObject([
                    ("name", .string(file.safeName)), ("bytes", .number(JSONNumber(Int(file.sizeBytes)))),
                    ("sha256", file.sha256.map { .string($0) } ?? .null),
                    (
                        "path",
                        file.blobKey.flatMap { try? composition.parts.blobs.url(for: $0).path }.map { .string($0) }
                            ?? .null
                    ),
                ]))
        }
        let channels = try await channels().map { channel -> BureauDomain.JSONValue in
            .object(JSONObject([("channel", .string(channel.name)), ("ok", .bool(channel.isWell))]))
        }
        fields += [("files", .array(files)), ("channels", .array(channels))]
        return BureauDomain.JSONValue.object(JSONObject(fields)).pretty
    }

    private struct Receipt: Codable { var id: String, link: String? }

    private func channels() async throws -> [(name: String, isWell: Bool)] {
        let steps = try await composition.desk.steps(id)
        return StepRecord.Channel.allCases.compactMap { channel in
            let own = steps.filter { $0.channel == channel }
            return own.isEmpty ? nil : (channel.rawValue, own.allSatisfy { $0.state == .done })
        }
    }
}
