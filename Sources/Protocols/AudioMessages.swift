/// How a vendor wants its audio parted into binary messages.
package struct AudioMessages: Sendable, Equatable {
    /// Less waits for more audio, or for a command that must not overtake it.
    package var shortest: Duration
    /// More is parted.
    package var longest: Duration

    /// - Parameter shortest: also the delay that it may cost.
    package init(shortest: Duration = .milliseconds(50), longest: Duration = .seconds(1)) {
        self.shortest = shortest
        self.longest = longest
    }

    /// As it comes.
    package static let any = AudioMessages(shortest: .zero, longest: .seconds(3_600))
}
