import HTTPTypes
import Hummingbird
import NIOCore

/// Lists as spreadsheets take them (RFC 4180), written a page at a time: the whole list is never in memory.
enum CSV {
    static let rowsMax = 100_000, pageRows = 500

    /// Rows, and where the next ones begin; nil at the end.
    typealias Page = (rows: [[String]], next: String?)

    /// Quoted where needed; what a spreadsheet would take for a formula is made text.
    static func field(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        // A line end of two characters is one to Swift.
        guard safe.contains(where: { ",\"".contains($0) || $0.isNewline }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    private static func bytes(_ rows: [[String]]) -> ByteBuffer {
        ByteBuffer(string: rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined())
    }

    static func download(
        _ fileName: String, _ titles: [String], rows page: @escaping @Sendable (_ after: String?) async throws -> Page
    ) async throws -> Response {
        // Before the head is sent, so that a list that cannot be read is an error and not half a file.
        let first = try await page(nil)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"\(fileName)\"",
            ],
            body: ResponseBody { writer in
                var (found, count) = (first, 0)
                try await writer.write(bytes([titles]))
                while true {
                    count += found.rows.count
                    try await writer.write(bytes(found.rows))
                    guard let next = found.next else { break }
                    guard count < rowsMax else {
                        try await writer.write(bytes([["Cut after \(count) rows: narrow the list by its filters."]]))
                        break
                    }
                    found = try await page(next)
                }
                try await writer.finish(nil)
            })
    }
}
