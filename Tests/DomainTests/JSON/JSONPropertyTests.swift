import BureauDomain
import Foundation
import Testing

@Suite("JSON, whatever it is")
struct JSONPropertyTests {
    @Test("Every value survives writing and reading, in each spelling", arguments: 0..<20)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<100 {
            let value = Self.value(depth: 0, &random)
            #expect(try JSONValue.parse(Array(value.compact.utf8)) == value)
            #expect(try JSONValue.parse(Array(value.pretty.utf8)) == value)
            let canonical = try JSONValue.parse(Array(value.canonical.utf8))
            #expect(canonical.canonical == value.canonical)
        }
    }

    @Test("What we write, Foundation reads")
    func foundation() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let bytes = Data(JSONValue.array([Self.value(depth: 0, &random)]).compact.utf8)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: bytes) }
        }
    }

    @Test("Random bytes are parsed or refused, never more", arguments: 0..<20)
    func noise(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) + 1_000)
        let alphabet = Array("{}[]\",:/*\\ \n0123456789.eE+-truefalsn'u\u{e9}".utf8) + [0xFF, 0x00, 0xC3, 0xF0]
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            guard let json = try? PositionedJSON.parse(bytes) else { continue }
            #expect((try? JSONValue.parse(Array(json.value.compact.utf8))) == json.value)
        }
    }

    @Test("A good file with a few bytes changed is read or refused at a place inside it", arguments: 0..<10)
    func mutations(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) + 2_000)
        let good = try RepositoryFile.bytes("agents/sentinel.json")
        let lines = good.count { $0 == UInt8(ascii: "\n") } + 10
        for _ in 0..<100 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            }
            let result = AgentConfig.load(bytes, fileName: "x.json", environment: nil)
            #expect((result.config == nil) == result.problems.contains { $0.severity == .error })
            #expect(result.problems.allSatisfy { 1...lines ~= $0.line && $0.column >= 1 })
        }
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(JSONNumber(Int.random(in: Int.min...Int.max, using: &random)))
        case 3: return JSONNumber(Double(bitPattern: random.next())).map(JSONValue.number) ?? .null
        case 4: return .string(text(&random))
        case 5: return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth + 1, &random) })
        default:
            let count = Int.random(in: 0..<4, using: &random)
            return .object(JSONObject((0..<count).map { _ in (text(&random), value(depth: depth + 1, &random)) }))
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<8, using: &random) {
            let most: UInt32 = Bool.random(using: &random) ? 0x7F : 0x10FFFF
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...most, using: &random)) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}
