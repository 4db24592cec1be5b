/// Terms of Drive's search language.
enum DriveQuery {
    static func folders(named name: String, in parent: String) -> String {
        [
            "name = \(quoted(name))", "mimeType = \(quoted(DriveFile.folderMime))", "\(quoted(parent)) in parents",
            "trashed = false",
        ].joined(separator: " and ")
    }

    static func appProperty(_ key: String, _ value: String) -> String {
        "appProperties has { key=\(quoted(key)) and value=\(quoted(value)) } and trashed = false"
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
