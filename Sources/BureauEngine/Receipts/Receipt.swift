package import BureauDomain
import BureauStorage

/// One link of a run's chain: a fact, and the hash that ties it to all facts before it.
package struct Receipt: Sendable, Hashable {
    package let run: String
    /// 1, 2, 3 … without a gap.
    package let seq: Int64
    package let at: Int64
    package let kind: String
    /// Canonical JSON, hashed as it is spelt.
    package let body: String
    package let prev: String
    package let hash: String

    /// What the first link builds on.
    package static let genesis = String(repeating: "0", count: 64)

    init(_ row: Row) throws {
        run = try row.text("run_id")
        seq = try row.integer("seq")
        at = try row.integer("at")
        kind = try row.text("kind")
        body = try row.text("body")
        prev = try row.text("prev")
        hash = try row.text("hash")
    }

    init?(line: JSONValue) {
        guard let run = line["run"]?.string, let seq = line["seq"]?.int, let at = line["at"]?.int,
            let kind = line["kind"]?.string, let body = line["body"]?.string, let prev = line["prev"]?.string,
            let hash = line["hash"]?.string
        else { return nil }
        (self.run, self.seq, self.at, self.kind) = (run, Int64(seq), Int64(at), kind)
        (self.body, self.prev, self.hash) = (body, prev, hash)
    }

    /// One line of an export.
    var line: String {
        JSONValue.object(
            JSONObject([
                ("run", .string(run)), ("seq", .number(JSONNumber(seq))), ("at", .number(JSONNumber(at))),
                ("kind", .string(kind)), ("body", .string(body)), ("prev", .string(prev)), ("hash", .string(hash)),
            ])
        ).canonical
    }

    /// What the hash ought to be.
    package var expectedHash: String {
        Self.hash(run: run, seq: seq, at: at, kind: kind, body: body, prev: prev)
    }

    /// No field but the last can hold a line break, so equal texts mean equal fields.
    static func hash(run: String, seq: Int64, at: Int64, kind: String, body: String, prev: String) -> String {
        Hex.sha256("bureau receipt 1\n\(run)\n\(seq)\n\(at)\n\(kind)\n\(prev)\n\(body)".utf8)
    }

    /// A member of the body.
    package subscript(name: String) -> JSONValue? { fields?[name] }
    private var fields: JSONValue? { try? JSONValue.parse(Array(body.utf8)) }
}
