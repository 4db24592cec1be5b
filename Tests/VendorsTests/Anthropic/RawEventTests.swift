import Foundation
import Testing

@testable import BureauVendors

@Suite("Raw events")
struct RawEventTests {
    @Test(
        "Only top-level members are read",
        arguments: [
            (
                #"{"id":"sevt_1","type":"agent.message","processed_at":"2026-11-20T09:00:01Z"}"#, "sevt_1",
                "agent.message", "2026-11-20T09:00:01Z"
            ),
            (#"{"input":{"id":"no","type":"no","processed_at":"no"},"type":"t","id":"yes"}"#, "yes", "t", nil),
            (#"{"x":"\"id\":\"no\"","a":["{","}","]","\\"],"type":"t","id":"y","processed_at":null}"#, "y", "t", nil),
            (
                #" { "id" : "a\u00e9\n\"b" , "type" : "t\\" , "n" : -1.5e3 , "b":true,"e":[],"o":{} } "#, "aé\n\"b",
                "t\\", nil
            ),
            (#"{"\u0069d":"escaped name","type":"t"}"#, "escaped name", "t", nil),
            (#"{"type":"user.interrupt","id":"","processed_at":"2026"}"#, "", "user.interrupt", "2026"),
            (#"{"type":"t","id":7}"#, "", "t", nil),
        ] as [(String, String, String, String?)])
    func members(json: String, id: String, type: String, processedAt: String?) throws {
        let event = try #require(RawEvent(bytes: Array(json.utf8)))
        #expect(event.id == id && event.type == type && event.processedAt == processedAt)
        #expect(event.bytes == Array(json.utf8))
    }

    @Test(
        "What is not one whole object with a type is no event",
        arguments: [
            "", "null", "[]", "{}", "{\"id\":\"a\"}", "{\"type\":\"t\"", "{\"type\":\"t\"}x", "{\"type\":\"t\",}x",
            "{\"type\":\"t", "{\"type\" \"t\"}",
            "{\"type\":}", "{\"type\":\"\"}", "{\"a\":{\"type\":\"t\"}}",
        ])
    func strangers(json: String) { #expect(RawEvent(bytes: Array(json.utf8)) == nil) }

    @Test("The key is the id, or type and time where the id is empty")
    func keys() throws {
        #expect(RawEvent(bytes: Array(#"{"id":"sevt_1","type":"t","processed_at":"x"}"#.utf8))?.key == "sevt_1")
        #expect(RawEvent(bytes: Array(#"{"id":"","type":"t","processed_at":"x"}"#.utf8))?.key == "t@x")
        #expect(RawEvent(bytes: Array(#"{"type":"t"}"#.utf8))?.key == "t@")
    }

    @Test("A page is sliced without changing a byte")
    func page() throws {
        let first = #"{ "id":"1", "type":"a", "text":"é\/\u00e9 ,]}" }"#
        let second = #"{"id":"2","type":"b","x":[{"y":[]}]}"#
        let page = try #require(
            EventPage(body: Array("{\"data\" : [ \(first) ,\n\(second)], \"next_page\":\"c\\u00e9\", \"x\":1}".utf8)))
        #expect(page.events.map { String(decoding: $0.bytes, as: UTF8.self) } == [first, second])
        #expect(page.nextPage == "cé")
    }

    @Test(
        "An empty page may go on, and a last page says so",
        arguments: [
            (#"{"data":[],"next_page":"p"}"#, "p"), (#"{"next_page":null,"data":[]}"#, nil), (#"{"data":[]}"#, nil),
        ] as [(String, String?)])
    func emptyPage(body: String, next: String?) {
        #expect(EventPage(body: Array(body.utf8)) == EventPage(events: [], nextPage: next))
    }

    @Test(
        "Half a page is no page",
        arguments: [
            "", "{}", "<html>", #"{"data":{}}"#, #"{"data":[{"id":"1","type":"a"}"#, #"{"data":[{"id":"1"}]}"#,
            #"{"data":[1]}"#,
            #"{"data":[{"id":"1","type":"a"},]}"#,
        ])
    func halfPage(body: String) { #expect(EventPage(body: Array(body.utf8)) == nil) }

    @Test("Great depth is no danger")
    func depth() {
        let nested = String(repeating: "[", count: 500_000)
        #expect(RawEvent(bytes: Array("{\"type\":\"t\",\"a\":\(nested)".utf8)) == nil)
    }

    @Test("Cut or changed anywhere, it never crashes")
    func damage() {
        let json = Array(#"{"id":"a\"\\","type":"t","in":{"x":[1,"\u00e9",{"y":null}]},"processed_at":"p"}"#.utf8)
        for cut in json.indices { #expect(RawEvent(bytes: Array(json[..<cut])) == nil) }
        for index in json.indices {
            for byte: UInt8 in [0x00, 0x22, 0x5C, 0x7B, 0x7D, 0x2C, 0xFF] {
                var changed = json
                changed[index] = byte
                _ = RawEvent(bytes: changed)
                _ = JSONScanner.member("in", of: changed)
            }
        }
    }
}
