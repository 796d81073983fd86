/// Waits until the task is cancelled.
func untilCancelled() async {
    let (silence, voice) = AsyncStream<Never>.makeStream()
    for await _ in silence {}
    voice.finish()
}
