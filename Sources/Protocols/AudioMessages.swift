package import Speech

/// The form and the sizes of the messages in which a vendor wants audio.
package struct AudioMessages: Sendable, Equatable {
    package enum Form: Sendable, Equatable {
        /// Binary messages of 16-bit little-endian PCM, at the stream's rate.
        case binary
        /// Texts with 16-bit little-endian PCM of this rate in base 64, between two constant parts. The machine hears which audio is loud.
        case base64(rate: SampleRate, before: String, after: String)
    }

    package var form: Form
    /// Minimum audio in a message. Less audio waits for more, or for a command that must not overtake the audio.
    package var shortest: Duration
    /// Maximum audio in a message. More audio is split.
    package var longest: Duration

    /// Makes the sizes.
    ///
    /// - Parameter shortest: the minimum, which is also the delay that it may add.
    package init(_ form: Form = .binary, shortest: Duration = .milliseconds(50), longest: Duration = .seconds(1)) {
        self.form = form
        self.shortest = shortest
        self.longest = longest
    }

    /// Messages of any size.
    package static let any = AudioMessages(shortest: .zero, longest: .seconds(3_600))
}
