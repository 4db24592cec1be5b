extension AsanaClient {
    /// The sections of a project in their order, 100 a page.
    package func sections(project: String, offset: String? = nil) async throws(VendorError) -> AsanaPage<AsanaNamed> {
        try await page(
            "GET sections", ["projects", project, "sections"], [("opt_fields", "name")], offset: offset,
            of: AsanaNamed.self, "sections")
    }

    package func project(_ gid: String) async throws(VendorError) -> AsanaNamed {
        try await one(
            request("GET project", .get, ["projects", gid], [("opt_fields", "name")]), AsanaNamed.self, "project")
    }

    /// The projects of a workspace that are not archived, 100 a page.
    package func projects(workspace: String, offset: String? = nil) async throws(VendorError) -> AsanaPage<AsanaNamed> {
        try await page(
            "GET projects", ["workspaces", workspace, "projects"], [("archived", "false"), ("opt_fields", "name")],
            offset: offset, of: AsanaNamed.self, "projects")
    }
}
