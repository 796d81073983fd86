/// A live dialect in which each binary message may be audio of a single channel.
package protocol TaggedAudioDialect: LiveServerMachine {
    /// True if each binary message is audio of one channel.
    var tagsChannels: Bool { get }
}
