"""What there is on the emulated GitHub: people, repositories, threads, and what happens in them."""
