extension ReleaseSeal {
    /// Creates the seal of a release that an event is about, for targets that keep none themselves.
    ///
    /// An event does not say what is done with a release: `plan` does, where somebody has to know.
    package init(_ event: DeploymentEvent, plan: ReleasePlan = ReleasePlan()) {
        release = event.release
        model = event.model
        version = event.version
        tag = event.tag
        commit = event.commit
        digest = event.digest
        self.plan = plan
        smoke = event.smoke
        details = event.details
    }
}
