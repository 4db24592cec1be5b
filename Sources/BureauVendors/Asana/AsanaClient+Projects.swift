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

    /// The gid of the workspace a project is in: webhooks are listed by it.
    package func workspace(ofProject gid: String) async throws(VendorError) -> String {
        struct Home: Decodable { let workspace: AsanaNamed }
        let request = request("GET project", .get, ["projects", gid], [("opt_fields", "workspace.name")])
        return try await one(request, Home.self, "workspace").workspace.gid
    }

    /// The custom fields of a project, 100 a page.
    package func customFields(project: String, offset: String? = nil) async throws(VendorError) -> AsanaPage<
        AsanaFieldSetting
    > {
        let names =
            "custom_field.name,custom_field.resource_subtype,custom_field.enum_options.name,custom_field.enum_options.enabled"
        return try await page(
            "GET custom fields", ["projects", project, "custom_field_settings"], [("opt_fields", names)],
            offset: offset, of: AsanaFieldSetting.self, "custom_field_settings")
    }

    /// The projects of a workspace that are not archived, 100 a page.
    package func projects(workspace: String, offset: String? = nil) async throws(VendorError) -> AsanaPage<AsanaNamed> {
        try await page(
            "GET projects", ["workspaces", workspace, "projects"], [("archived", "false"), ("opt_fields", "name")],
            offset: offset, of: AsanaNamed.self, "projects")
    }
}

package struct AsanaFieldSetting: Sendable, Decodable {
    package let field: AsanaCustomField

    private enum CodingKeys: String, CodingKey { case field = "custom_field" }
}
