package import Conversations
internal import Speakers
package import Speech
internal import Store

/// The enrollment of people: learns the voices of people whom the user knows from recordings.
package struct PersonEnrollment: Sendable {
    package let service: ConversationService

    package init(service: ConversationService) { self.service = service }

    /// A recording of one person's voice.
    package struct VoiceRecording: Sendable {
        /// The name that errors call the recording by.
        package var name: String
        package var path: String

        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// Adds a person with recordings of their voice. A name that exists is not added twice: see `NameKey`. Unless all recordings are suitable,
    /// nothing is stored. The notices are those about all recordings.
    package func enrol(
        _ name: String, _ recordings: [VoiceRecording], of user: ID<User>
    ) async throws(SpeechProfileError) -> (person: Person, isNew: Bool, notices: [RecordingNotice]) {
        var voices: [EnrolledVoice] = [], notices: [RecordingNotice] = []
        let listener = EnrollmentListener(service: service)
        for recording in recordings {
            do throws(SpeechProfileError) {
                let heard = try await listener.samples(in: recording.path)
                voices.append(try await listener.voice(in: heard.samples))
                notices += heard.notices
            } catch {
                guard case .rejected(let reason) = error else { throw error }
                throw .rejected("\(recording.name): \(reason)")
            }
        }
        do throws(StoreError) {
            let new = Person(id: ID(service.newID()), name: name, created: service.now())
            let person = try await service.store.add(new, reusing: true, of: user)
            let keeper = EnrolledVoiceKeeper(service.store, newID: service.newID, now: service.now)
            for voice in voices { try await keeper.keep(voice, of: person.id, of: user) }
            await service.reconcileVoices(of: user)
            return (person, person.id == new.id, notices)
        } catch {
            if case .tooMuch = error { throw .rejected("No more recordings can be kept: \(error).") }
            throw .store(error)
        }
    }
}
