/// The sizes of binary messages in which a vendor wants audio.
package struct AudioMessages: Sendable, Equatable {
    /// Minimum audio in a message. Less audio waits for more, or for a command that must not overtake the audio.
    package var shortest: Duration
    /// Maximum audio in a message. More audio is split.
    package var longest: Duration

    /// Makes the sizes.
    ///
    /// - Parameter shortest: the minimum, which is also the delay that it may add.
    package init(shortest: Duration = .milliseconds(50), longest: Duration = .seconds(1)) {
        self.shortest = shortest
        self.longest = longest
    }

    /// Messages of any size.
    package static let any = AudioMessages(shortest: .zero, longest: .seconds(3_600))
}
