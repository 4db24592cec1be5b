/// Pages of rooms with several files each.
extension RouteTable {
    static func rooms(_ house: WebHouse) -> [[Route]] {
        [
            InboxPage(house: house).routes, TogetherPages(house: house).routes, ReportPages(house: house).routes,
            ReportPage.routes(house),
            ReportActions(house: house).routes,
            ReportViewer(house: house).routes, ReportCompare(house: house).routes, FileDownloads(house: house).routes,
            EndpointPages(house: house).routes, SignalPages(house: house).routes, QueuePages(house: house).routes,
            BudgetPages(house: house).routes, DataTwins(house: house).routes,
            RunsTogether(house: house).routes, ConnectionPages(house: house).routes, ClientTabs(house: house).routes,
            ClientActions(house: house).routes, SessionLogPages(house: house).routes,
            RunInput(house: house).routes, IntakePages(house: house).routes, AuditPages(house: house).routes,
            SearchPage(house: house).routes, ListDownloads(house: house).routes,
            InboxDownload(house: house).routes,
            OwnPreferences(house: house).routes, SavedViewPages(house: house).routes, LiveStreams(house: house).routes,
        ]
    }
}
