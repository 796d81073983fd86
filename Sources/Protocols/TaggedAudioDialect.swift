/// A live dialect in which channels may have binary messages of their own.
package protocol TaggedAudioDialect: LiveServerMachine {
    /// True if each binary message is audio of one channel.
    var tagsChannels: Bool { get }
}
