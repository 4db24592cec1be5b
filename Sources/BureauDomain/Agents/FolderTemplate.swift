/// A folder path such as "/Clients/{client_name}/Audits/": split at its own slashes first, so that a value can never
/// add a level, climb out of the folder or hide a file.
package struct FolderTemplate: Hashable, Sendable {
    package let source: String
    package let isAbsolute: Bool
    let segments: [Template]

    package init(_ source: String, allowed: Set<String>) throws(TemplateError) {
        self.source = source
        isAbsolute = source.hasPrefix("/")
        var segments: [Template] = []
        var problems: [TemplateError.Problem] = []
        for segment in source.split(separator: "/") where segment != "." {
            do throws(TemplateError) {
                segments.append(try Template(String(segment), allowed: allowed))
            } catch {
                problems += error.problems.filter { !problems.contains($0) }
            }
        }
        guard problems.isEmpty else { throw TemplateError(problems: problems, allowed: allowed.sorted()) }
        self.segments = segments
    }

    /// ".." is refused when a config is read; see `AgentConfig.load`.
    var climbs: Bool { source.split(separator: "/").contains("..") }

    /// One safe name for each level, outermost first.
    package func render(_ values: [String: String]) -> [String] {
        segments.map { SafeName.pathSegment($0.render(values)) }
    }
}
