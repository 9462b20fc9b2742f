"""What is kept between runs, in the user's state folder, and never a secret: what was told, what was refused, what last worked."""
