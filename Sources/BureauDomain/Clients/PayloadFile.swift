/// A payload given by hand as a file.
package enum PayloadFile {
    package static let bytesMax = 1 << 20

    /// Reads a JSON object (comments allowed, at most 1 MiB). Keys that start with `_` are notes and left out.
    /// `object` is nil when the file cannot be used; whether fields are missing is `PayloadAssembly`'s question.
    package static func read(_ bytes: [UInt8], fileName: String) -> (object: JSONObject?, problems: [ConfigProblem]) {
        let problems = ConfigProblems(file: fileName)
        do throws(JSONSyntaxError) {
            let json = try PositionedJSON.parse(bytes, bytesMax: bytesMax)
            if let object = json.value.object {
                return (JSONObject(object.members.filter { !$0.key.hasPrefix("_") }.map { ($0.key, $0.value) }), [])
            }
            problems.add("", json.position, "expected an object in braces, found \(json.value.kindName)")
        } catch {
            problems.add("", error.position, error.message)
        }
        return (nil, problems.sorted)
    }
}
