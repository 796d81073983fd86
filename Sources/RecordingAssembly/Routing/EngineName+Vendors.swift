package import Speech

extension EngineName {
    package static let assemblyAI = EngineName("assemblyai")
    package static let deepgram = EngineName("deepgram")
}
