"""What a user sees, through the SDK, over real HTTP and WebSockets."""
