/// The services deliveries go to, in the order of the index page.
func deliveryStandIns(_ frame: SandboxFrame) -> [any StandIn] {
    [ClickUpStandIn(frame), AsanaStandIn(frame), SlackStandIn(frame), DriveStandIn(frame)]
}
