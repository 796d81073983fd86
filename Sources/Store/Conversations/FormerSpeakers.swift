/// The speakers of segments, and the owners of voices, before an assignment by hand: enough to take the assignment back.
package struct FormerSpeakers: Sendable, Equatable {
    /// The speakers that the segments had.
    package var segments: [FormerSpeaker]
    /// The owners that the voices had that got a name, each voice once.
    package var owners: [FormerOwner]

    package init(_ segments: [FormerSpeaker], owners: [FormerOwner]) {
        self.segments = segments
        self.owners = owners
    }
}
