import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird

/// Files to take away: all of a report's or of a run's as one zip, and each that a session left.
struct FileDownloads: Sendable {
    let house: WebHouse
    private let open = StreamCount()
    /// Each holds a copy of its files on disk while it is made.
    static let zipsMax = 4

    init(house: WebHouse) { self.house = house }

    var routes: [Route] {
        [
            .page("/reports/:id/files.zip", .viewer, .report) { web in
                let found = try await house.reports.page(try web.theReport().id)
                return try zip("report-\(found.artifact.id).zip") { try house.reports.bundle(found) }
            },
            .page("/runs/:id/files.zip", .viewer, .run) { web in
                let run = try web.theRun(), files = try await house.runs.files(run.id)
                return try zip("run-\(run.id).zip") { try house.reports.bundle(files) }
            },
            .page("/runs/:id/files/:name/download", .viewer, .run) { web in
                let name = web.parameter("name").removingPercentEncoding ?? ""
                let files = try await house.runs.files(try web.theRun().id)
                guard let file = files.first(where: { $0.safeName == name }) else { throw PageProblem.notFound }
                return try ReportArtifactFile(file: file, url: try house.reports.url(file)).response()
            },
        ]
    }

    private func zip(_ name: String, _ make: () throws -> ArtifactDesk.Bundle) throws -> Response {
        guard open.enter(max: Self.zipsMax) else { throw PageProblem.busy(seconds: 5) }
        defer { open.leave() }
        return ReportArtifactFile.response(try make(), name: name)
    }
}
