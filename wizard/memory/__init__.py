"""What is kept between runs, in the state folder and never a secret: what was told, what was refused, what last worked."""
