UPDATE sources SET settings = 'include=x', limited_streak = 1, left_out = 2, dropped = 3 WHERE id = 1;
UPDATE posts SET dropped = 'exclude: ship', audio_url = 'https://harbour.example/2.mp3', audio_seconds = 90 WHERE id = 2;
