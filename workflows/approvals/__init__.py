"""Questions to people: who may answer, how an answer is taken, and what happens when none comes."""
