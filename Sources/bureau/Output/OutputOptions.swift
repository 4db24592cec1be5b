import ArgumentParser
import BureauDomain
import Foundation

/// How a command answers: for people on a terminal, for programs in a pipe, or as one JSON document.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON document.") var json = false
    @Option(name: .customLong("json-fields"), help: "Only these fields of it, as in: id,status") var jsonFields: String?
    @Flag(name: .customLong("no-color"), help: "No colour, even on a terminal.") var noColor = false

    var isJSON: Bool { json || jsonFields != nil }
    var style: Style { Terminal.style(isRefused: noColor) }

    func print(_ listing: Listing) throws {
        if isJSON {
            Terminal.say(try chosen(.array(listing.objects)).pretty)
        } else if !Terminal.isTerminal {
            Terminal.say(listing.tabbed)
        } else if listing.rows.isEmpty {
            Terminal.note(listing.empty)
        } else {
            Terminal.say(listing.aligned(width: Terminal.width ?? 80, style: style))
        }
    }

    /// `people` is called only when no document was asked for.
    func print(_ document: BureauDomain.JSONValue, orFor people: () throws -> Void) throws {
        guard isJSON else { return try people() }
        Terminal.say(try chosen(document).pretty)
    }

    /// The document with only the fields asked for, in the order they were asked for.
    func chosen(_ document: BureauDomain.JSONValue) throws -> BureauDomain.JSONValue {
        guard let jsonFields else { return document }
        let names = jsonFields.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if let items = document.array { return .array(try items.map { try Self.choose(names, from: $0) }) }
        return try Self.choose(names, from: document)
    }

    private static func choose(_ names: [String], from value: BureauDomain.JSONValue) throws -> BureauDomain.JSONValue {
        guard let object = value.object else { return value }
        return .object(
            JSONObject(
                try names.map { name in
                    guard let field = object[name] else {
                        throw SetupError(
                            "there is no field \"\(name)\" in this document",
                            fix: "choose from: \(object.keys.joined(separator: ", "))", exitCode: ExitStatus.usage)
                    }
                    return (name, field)
                }))
    }
}
